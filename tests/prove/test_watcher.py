"""A file that is made and removed again is still there to be read."""

from support.run import wait_until

from keepless.prove.watcher import watching


def test_a_file_that_came_and_went_is_kept(tmp_path):
    watched, keep = tmp_path / "watched", tmp_path / "keep"
    (watched / "deep").mkdir(parents=True)
    keep.mkdir()
    with watching([watched], keep) as watcher:
        for path in (watched / "a.tmp", watched / "deep" / "b.tmp"):
            path.write_bytes(b"for a moment")
            assert wait_until(lambda path=path: path in watcher.seen)
            path.unlink()
    assert [path.read_bytes() for path in watcher.kept] == [b"for a moment"] * 2


def test_a_folder_that_is_made_later_is_watched_too(tmp_path):
    watched, keep = tmp_path / "watched", tmp_path / "keep"
    watched.mkdir()
    keep.mkdir()
    with watching([watched], keep) as watcher:
        (watched / "new").mkdir()
        (watched / "new" / "c.tmp").write_bytes(b"x")
        assert wait_until(lambda: watched / "new" / "c.tmp" in watcher.seen)
