"""Work that one process at a time does, of however many on however many machines."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, delete, select, update

from catalog.alert_tables import leases
from catalog.dialect import insert_or
from catalog.holder import Holder
from catalog.lease import clock

SILENCE: Final = timedelta(seconds=90)
"""A holder on another host that was not heard of for so long is gone."""


def take_lease(connection: Connection, name: str, *, own: Holder | None = None) -> bool:
    """Take or keep a lease; False while another process has it that lives, or may.

    As with runs, a process of the same host is asked for directly, and only of another host time tells.
    """
    own = own or Holder.of_this_process()
    now = clock(connection)
    row = {"name": name, "holder": str(own), "expires_at": now + SILENCE}
    taken = connection.execute(insert_or(connection, leases).values(row).on_conflict_do_nothing())
    if taken.rowcount == 1:
        return True
    lease = connection.execute(select(leases).where(leases.c.name == name).with_for_update()).one_or_none()
    if lease is None:
        return False  # given back this instant: the next try gets it
    other = Holder.parse(lease.holder)
    if str(other) != str(own) and (
        other.is_alive(own) or (lease.expires_at > now and not other.is_dead(own))
    ):
        return False
    connection.execute(update(leases).where(leases.c.name == name).values(row))
    return True


def give_lease_back(connection: Connection, name: str) -> None:
    """Let another process have it at once."""
    own = str(Holder.of_this_process())
    connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == own))
