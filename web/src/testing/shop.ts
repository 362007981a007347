import type { MessageInitShape } from "@bufbuild/protobuf";
import { Role } from "@throng/gen/throng/access/v1/access_pb";
import type { ProductSchema } from "@throng/gen/throng/review/v1/product_pb";
import type { CreateReviewRequest } from "@throng/gen/throng/review/v1/review_pb";
import { judge, register, report, stock } from "./community";
import { village } from "./people";

/** The village with a shop that Olga runs, one product in it, and Mo to moderate. */
export function shop(init: MessageInitShape<typeof ProductSchema> = {}) {
  const people = village();
  const { community } = people;
  const joins = (handle: string, role = Role.MEMBER) => {
    const { user } = register(community, { handle, displayName: handle });
    user.role = role;
    return user;
  };
  const boots = stock(community, {
    key: "boots-1",
    name: "River boots",
    characteristics: [{ name: "Size" }, { name: "Grip" }],
    ...init,
  });
  return {
    ...people,
    olga: joins("olga", Role.ORGANIZER),
    mo: joins("mo", Role.MODERATOR),
    boots,
    path: `/products/${boots.id}`,
    joins,
    /** Lets somebody review the boots. */
    judges: (who: { id: string }, request: Partial<CreateReviewRequest> = {}) =>
      judge(community, boots.id, who.id, request),
    /** Lets people who come for that alone report a review. */
    isReported: (held: ReturnType<typeof judge>, ...reasons: string[]) => {
      for (const reason of reasons) {
        report(community, held, joins(`reader${community.accounts.size}`).id, reason);
      }
    },
  };
}
