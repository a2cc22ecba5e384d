"""SQL on whom one may know. Each clue looks at a bounded number of rows, however many people there are."""

from swannery.accounts.models import Person
from swannery.discovery.models import Clue, ClueWeights
from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Viewer
from swannery.posts.visibility import array, viewer_values, visible_sql

LOOKED_AT = 100  # of one's own: friends, people one follows, communities
EACH = 100  # of each of those: whom they know
OWN_SESSIONS = 500
OWN_POSTS = 50
OWN_TAGS = 20
NAMED = 2

# One's own, and of each the newest so many: bounded by the primary keys' order.
FRIENDS = (
    "SELECT near.friend_id AS id, 'friends' AS kind, mine.id AS through, '' AS name FROM unnest(%(friends)s::bigint[]) AS mine (id)"
    " JOIN swannery.members via ON via.id = mine.id AND via.state = 'active' CROSS JOIN LATERAL"
    f" (SELECT friend_id FROM swannery.friendships WHERE member_id = mine.id ORDER BY friend_id DESC LIMIT {EACH}) AS near"
)
FOLLOWED = (
    "SELECT near.followee_id, 'followed', mine.id, '' FROM unnest(%(followees)s::bigint[]) AS mine (id)"
    " JOIN swannery.members via ON via.id = mine.id AND via.state = 'active' CROSS JOIN LATERAL"
    f" (SELECT followee_id FROM swannery.follows WHERE follower_id = mine.id ORDER BY followee_id DESC LIMIT {EACH}) AS near"
    # Friends follow each other: a friend in common is told once.
    " WHERE NOT (mine.id = ANY(%(friends)s::bigint[]) AND EXISTS"
    " (SELECT FROM swannery.friendships f WHERE f.member_id = mine.id AND f.friend_id = near.followee_id))"
)
COMMUNITIES = (
    "SELECT near.member_id, 'community', mine.id, place.name FROM unnest(%(communities)s::bigint[]) AS mine (id)"
    " JOIN swannery.communities place ON place.id = mine.id CROSS JOIN LATERAL"
    f" (SELECT member_id FROM swannery.community_members WHERE community_id = mine.id ORDER BY member_id DESC LIMIT {EACH}) AS near"
)
TRAINERS = (
    "SELECT DISTINCT partner_id AS id FROM (SELECT partner_id FROM swannery.activities WHERE member_id = %(viewer_id)s"
    f" ORDER BY happened_at DESC LIMIT {OWN_SESSIONS}) AS own WHERE partner_id IS NOT NULL"
    " AND NOT partner_id = ANY(%(viewer_blocked)s::bigint[])"
)


def clients_of(trainer: str) -> str:
    """Return SQL for the newest members with sessions with a trainer. Index: activities_partner.

    A client has hundreds of sessions: the index is asked for the next member, not read through (a "loose index scan" in PostgreSQL's wiki).
    """
    one = f"SELECT member_id FROM swannery.activities WHERE partner_id = {trainer}"
    newest = "ORDER BY member_id DESC LIMIT 1"
    return (
        f"WITH RECURSIVE client (member_id, place) AS (SELECT ({one} {newest}), 1 UNION ALL"
        f" SELECT ({one} AND member_id < client.member_id {newest}), place + 1 FROM client"
        f" WHERE client.member_id IS NOT NULL AND place < {EACH}) SELECT member_id FROM client WHERE member_id IS NOT NULL"
    )


# Only what both have confirmed is told to a third: a session alone is known to the two.
TRAINER = (
    "SELECT near.client_id, 'trainer', mine.trainer_id, via.name FROM swannery.trainer_clients mine"
    " JOIN swannery.members via ON via.id = mine.trainer_id AND via.state = 'active' CROSS JOIN LATERAL"
    " (SELECT t.client_id FROM swannery.trainer_clients t WHERE t.trainer_id = mine.trainer_id AND t.confirmed"
    f" ORDER BY t.client_id DESC LIMIT {EACH}) AS near"
    " WHERE mine.client_id = %(viewer_id)s AND mine.confirmed AND NOT mine.trainer_id = ANY(%(viewer_blocked)s::bigint[])"
)
OWN_TRAINER = f"SELECT mine.id, 'trains_you', mine.id, '' FROM ({TRAINERS}) AS mine"
OWN_CLIENTS = f"SELECT near.member_id, 'trains_with_you', near.member_id, '' FROM ({clients_of('%(viewer_id)s')}) AS near"
# The hashtags of one's own latest posts, and who else wrote with them lately what the viewer may read. The lists of tags are cut before
# they are looked through: a tag may have a long history of which this viewer may read nothing.
TAGS = (
    "SELECT p.author_id, 'tag', hashtextextended(mine.tag, 0), mine.tag FROM (SELECT t.tag FROM (SELECT p.id, p.published_at"
    " FROM swannery.posts p JOIN swannery.members a ON a.id = p.author_id WHERE p.author_id = %(viewer_id)s"
    f" AND {visible_sql()} ORDER BY p.published_at DESC LIMIT {OWN_POSTS}) AS own JOIN swannery.post_tags t ON t.post_id = own.id"
    f" GROUP BY t.tag ORDER BY max(own.published_at) DESC LIMIT {OWN_TAGS}) AS mine CROSS JOIN LATERAL (SELECT post_id"
    f" FROM swannery.post_tags WHERE tag = mine.tag ORDER BY published_at DESC, post_id DESC LIMIT {EACH}) AS near"
    f" JOIN swannery.posts p ON p.id = near.post_id JOIN swannery.members a ON a.id = p.author_id WHERE {visible_sql()}"
)
CLUES = " UNION ALL ".join(f"({part})" for part in (FRIENDS, FOLLOWED, COMMUNITIES, TRAINER, OWN_TRAINER, OWN_CLIENTS, TAGS))
# Ranked where they are: only whoever is shown leaves the database. The same order as in rules.py, which puts the clues in theirs.
SUGGESTED = (
    "WITH clue AS MATERIALIZED (SELECT c.id, c.kind, count(DISTINCT c.through) AS count,"
    f" (array_agg(DISTINCT c.name ORDER BY c.name))[1:{NAMED}] AS names"
    f" FROM ({CLUES}) AS c JOIN swannery.members m ON m.id = c.id AND m.state = 'active' AND m.suggested"
    " WHERE NOT c.id = ANY(%(known)s::bigint[]) AND (c.kind <> 'followed' OR NOT m.private)"
    " AND NOT EXISTS (SELECT FROM swannery.follow_requests r WHERE r.asker_id = %(viewer_id)s AND r.addressee_id = c.id)"
    " AND NOT EXISTS (SELECT FROM swannery.suggestion_dismissals d WHERE d.member_id = %(viewer_id)s AND d.person_id = c.id)"
    " GROUP BY c.id, c.kind),"
    " likeliest AS (SELECT c.id FROM clue c JOIN unnest(%(kinds)s::text[], %(weights)s::float8[]) AS w (kind, weight) ON w.kind = c.kind"
    " GROUP BY c.id ORDER BY sum(w.weight * ln(1 + c.count)) DESC, c.id DESC LIMIT %(limit)s)"
    " SELECT c.id, m.name, m.handle, m.role, m.picture, c.kind, c.count, c.names FROM likeliest JOIN clue c ON c.id = likeliest.id"
    " JOIN swannery.members m ON m.id = c.id"
)


async def read_clues(
    tx: Transaction, *, viewer: Viewer, weights: ClueWeights, limit: int
) -> tuple[dict[int, Person], dict[int, list[Clue]]]:
    """Return the likeliest to be suggested to the viewer, by id, and the clues to each."""
    known = (
        viewer.member_id, *viewer.friends, *viewer.followees, *viewer.blocked, *viewer.asked, *viewer.asked_by, *viewer.follow_asked_by,
        *viewer.muted,
    )  # fmt: skip
    # The newest of one's own, so that whoever knows very many still gets an answer soon.
    newest = {name: array(sorted(getattr(viewer, name))[-LOOKED_AT:]) for name in ("friends", "followees", "communities")}
    kinds = list(weights.__struct_fields__)
    ranking = {"kinds": kinds, "weights": [getattr(weights, kind) for kind in kinds], "limit": limit}
    found = await tx.read(SUGGESTED, {**viewer_values(viewer), **newest, **ranking, "known": array(known)})
    people: dict[int, Person] = {}
    clues: dict[int, list[Clue]] = {}
    for row in found:
        people[row[0]] = Person(id=row[0], name=row[1], handle=row[2], role=row[3], picture=row[4])
        clues.setdefault(row[0], []).append(Clue(kind=row[5], count=row[6], names=tuple(name for name in row[7] if name)))
    return people, clues


async def dismiss(tx: Transaction, *, member_id: int, person_id: int) -> None:
    """Note that a member does not want somebody suggested."""
    await tx.sql(
        "INSERT INTO swannery.suggestion_dismissals (member_id, person_id, created_at) VALUES (%(member)s, %(person)s, %(now)s)"
        " ON CONFLICT DO NOTHING",
        {"member": member_id, "person": person_id, "now": tx.now},
    )


async def forget_dismissal(tx: Transaction, *, member_id: int, person_id: int) -> None:
    """Let somebody be suggested again."""
    await tx.sql(
        "DELETE FROM swannery.suggestion_dismissals WHERE member_id = %(member)s AND person_id = %(person)s",
        {"member": member_id, "person": person_id},
    )


async def forget_member(tx: Transaction, *, member_id: int) -> None:
    """Erase what a member dismissed, and who dismissed them. Indexes: the primary key, suggestion_dismissals_person."""
    await tx.sql("DELETE FROM swannery.suggestion_dismissals WHERE %(id)s IN (member_id, person_id)", {"id": member_id})
