"""Erase a member: what others hold of them goes with the event."""

from swannery.accounts.queries import app_pictures
from swannery.accounts.queries import members as queries
from swannery.accounts.rules import FORMER_NAME
from swannery.foundation.database import Transaction
from swannery.foundation.events import MemberErased


async def erase_member(tx: Transaction, *, member_id: int) -> bool:
    """Leave nothing of a member but the number, and tell every feature; False when that was done before.

    The link to the app's user stays where there is still one, so that the same person is not made a member again behind their back;
    for a member whose user is gone it is forgotten too.
    """
    await queries.delete_sign_ins(tx, member_ids=[member_id])
    if not await queries.erase_member(tx, member_id=member_id, name=FORMER_NAME):
        return False
    await app_pictures.forget(tx, member_id=member_id)
    await tx.tell(MemberErased(member_id=member_id))
    return True
