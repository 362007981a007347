import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Role } from "@throng/gen/throng/access/v1/access_pb";
import { PhotoSchema, ReviewSchema } from "@throng/gen/throng/review/v1/review_pb";
import { type Community, judge, receive, register, report, stock } from "../../src/testing/community";
import { landscape } from "../png";

interface Opinion {
  who: string;
  rating: number;
  summary: string;
  body: string;
  /** By characteristic, 0 says nothing of it. */
  values?: number[];
  helpful?: number;
  pictures?: number[];
  daysAgo: number;
}

const opinions: Opinion[] = [
  {
    who: "tobias",
    rating: 3,
    summary: "",
    body: "Warm, but they take two days to dry. I own a dryer now.",
    values: [2, 0, 3],
    daysAgo: 90,
  },
  {
    who: "noor",
    rating: 5,
    summary: "أفضل حذاء للنهر",
    body: "قدماي جافتان بعد ثلاث ساعات في الماء. أنصح به.",
    values: [3, 3, 5],
    helpful: 4,
    daysAgo: 40,
  },
  {
    who: "kenji",
    rating: 1,
    summary: "They squeak",
    body: "On every step, on every surface, at the same pitch: a slightly flat B. I have recordings.\n\nThe shop sent me another pair. It squeaks in A.",
    values: [4, 5, 1],
    helpful: 31,
    daysAgo: 12,
  },
  {
    who: "lucy_w",
    rating: 5,
    summary: "Half a marathon through a brook, and no blister",
    body: "I took my usual size and would take it again. The grip on wet stones is better than that of my running shoes, which is a strange thing to write about rubber boots. After two months the left one has a scratch from a shopping trolley (do not ask), and it is still tight.\n\nWhat I would change: the loop at the back is too small for cold fingers, and red would have been nice. Whoever has narrow heels should try them with thick socks, as I do from October to April, when the water has four degrees and so have my toes.",
    values: [3, 2, 5],
    helpful: 12,
    pictures: [0, 1, 2],
    daysAgo: 3,
  },
];

/** Products as a visitor would like to find them, one with opinions of all kinds. */
export function seedReviews(community: Community): void {
  const { user: shop } = register(community, { handle: "mill_shop", displayName: "The Mill Shop" });
  shop.role = Role.MODERATOR;
  const boots = stock(community, {
    key: "boots-41",
    name: "River boots, tall",
    characteristics: [{ name: "Size" }, { name: "Width" }, { name: "Comfort" }],
  });
  for (const name of ["Canvas gloves", "Head lamp", "Rope, 20 m", "حقيبة مقاومة للماء"]) {
    stock(community, { key: name.replaceAll(/[\s,]+/g, "-"), name });
  }
  for (const opinion of opinions) {
    const held = give(community, boots, opinion);
    if (opinion.who === "kenji") {
      const { response: _, ...bare } = held.review;
      held.review = create(ReviewSchema, {
        ...bare,
        response: "We are sorry, and a little impressed. A third pair is on its way, with felt soles.",
        respondedAt: timestampFromMs(Date.now() - 11 * 86_400_000),
      });
    }
    if (opinion.who === "tobias") {
      for (const [who, reason] of [
        ["ada", "He sells dryers. Look at his profile."],
        ["mateo", ""],
        ["lucy_w", "Advertising"],
      ] as const) {
        report(community, held, community.byHandle(who)?.user.id ?? "", reason);
      }
    }
  }
}

function give(community: Community, boots: ReturnType<typeof stock>, opinion: Opinion) {
  const { who, rating, summary, body, values = [], helpful = 0, pictures = [], daysAgo } = opinion;
  const mediaIds = pictures.map((seed) => {
    const id = community.nextId();
    receive(community, id, new Uint8Array(landscape(640, 420, seed)), "image/png");
    return id;
  });
  const held = judge(community, boots.id, community.byHandle(who)?.user.id ?? "", {
    rating,
    summary,
    body,
    mediaIds,
    recommend: rating > 2,
    values: boots.characteristics.flatMap(({ id }, index) => {
      const value = values[index] ?? 0;
      return value
        ? [{ $typeName: "throng.review.v1.CharacteristicValue" as const, characteristicId: id, value }]
        : [];
    }),
  });
  held.review.createdAt = timestampFromMs(Date.now() - daysAgo * 86_400_000);
  held.review.helpfulCount = BigInt(helpful);
  if (who === "noor") {
    held.review.photos = [create(PhotoSchema, { url: "https://pictures.example/noor/1.jpg" })];
  }
  return held;
}
