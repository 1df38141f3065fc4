"""The rows of the table of faults that are about recovery files and the rotation of keys."""

from collections.abc import Mapping

from keepless.errors import KeeplessError
from keepless.web.errors import (
    NothingToRecover,
    RecoveryFileForeign,
    RecoveryFileUnreadable,
    RotationBusy,
    RotationNotBegun,
)
from keepless.web.fault import SETUP, Fault
from keepless.web.language import N_

OF_RECOVERY: Mapping[type[KeeplessError], Fault] = {
    RecoveryFileUnreadable: Fault(
        400,
        "recovery_file_unreadable",
        N_("The file cannot be opened"),
        N_("The passphrase is not the file's, or the file is not as it was written. Which of the two cannot be told."),
        N_("Check both, then try again."),
    ),
    RecoveryFileForeign: Fault(
        409,
        "recovery_file_foreign",
        N_("The file was not sealed for this server"),
        N_("Its passphrase is right. But it was made elsewhere, or before this server was given other keys."),
        N_("Open it where it was made, or ask whoever runs this installation to bring the old key back."),
    ),
    NothingToRecover: Fault(
        409,
        "nothing_to_recover",
        N_("No bank is connected"),
        N_("There is no key to save or to renew."),
        SETUP,
    ),
    RotationBusy: Fault(
        409,
        "rotation_busy",
        N_("This is being done already"),
        N_("Another request is at the same banks, or was a moment ago. This one changed nothing."),
        N_("Reload in a quarter of a minute to see how it ended."),
        retry_after=15,
    ),
    RotationNotBegun: Fault(
        409,
        "rotation_not_begun",
        N_("There is no way back yet"),
        N_("Keys are renewed only once there is a way back to each bank. None was prepared here, or it is over."),
        N_("Begin again: a way back lasts for 30 minutes."),
    ),
}
