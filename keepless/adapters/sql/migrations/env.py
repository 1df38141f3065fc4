"""What Alembic runs for each command, over the connection and inside the transaction that `schema` hands in."""

from alembic import context

from keepless.adapters.sql.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
