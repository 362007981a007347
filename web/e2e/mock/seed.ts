import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Community, receive, register, write } from "../../src/testing/community";
import { landscape } from "../png";
import { seedCampaigns } from "./campaigns";
import { seedCourses } from "./courses";
import { seedReviews } from "./reviews";
import { seedWeather } from "./weather";

const people = [
  ["ada", "Ada Okafor", "Bridges, mostly. Sometimes bread.\nhttps://bridges.example"],
  ["mateo", "Mateo Ruiz", "Runs the Tuesday night ride. Ask me about tyres."],
  ["noor", "Noor Haddad", "صورٌ وحكايات من المدينة"],
  ["kenji", "Kenji Mori", "Field recordings and slow trains."],
  ["lucy_w", "Lucy Wanjiru", "Marathon number nine is in May."],
  ["tobias", "Tobias Lind", ""],
  ["river_club", "The River Club", "We clean the river, every first Saturday."],
] as const;

const posts: [author: string, minutesAgo: number, text: string, pictures?: number[]][] = [
  ["tobias", 3100, "Is anybody else awake?"],
  ["kenji", 1500, "The 6:12 to the coast has new windows. They no longer open. I have feelings about this."],
  [
    "river_club",
    900,
    "41 people, 3 boats, 620 kg of things that do not belong in a river.\n\nNext time: first Saturday of the month, 9:00, at the old mill. Gloves are there, bring boots. https://river.example/join",
    [1, 0],
  ],
  ["noor", 420, "صباح الخير يا مدينة. القهوة جاهزة والشمس كذلك.", [3]],
  [
    "lucy_w",
    190,
    "18 km before breakfast. My legs would like to file a complaint with @mateo, whose idea this was.",
  ],
  [
    "mateo",
    64,
    "Tuesday ride: we go up to the lake this time. 42 km, easy pace, nobody is left behind. Lights are a must, and somebody please bring the good pump (@tobias?).",
    [2],
  ],
  [
    "ada",
    12,
    "The last span went in at 4:40 this morning. Eleven years from the first drawing. I am not crying, it is the wind up here.",
  ],
];

/** A community as a visitor would like to find it. */
export function seeded(): Community {
  const community = new Community();
  for (const [handle, displayName, bio] of people) {
    const account = register(community, { handle, displayName });
    account.user.bio = bio;
    account.user.createdAt = timestampFromMs(Date.UTC(2024, 2, 9));
  }
  const id = (handle: string) => community.byHandle(handle)?.user.id ?? "";
  for (const [handle] of people) {
    for (const [other] of people) {
      if (handle !== other && (handle.length + other.length) % 3 !== 0) {
        community.follows.add(`${id(handle)} ${id(other)}`);
      }
    }
  }
  for (const [author, minutesAgo, text, pictures = []] of posts) {
    const mediaIds = pictures.map((seed) => {
      const mediaId = community.nextId();
      receive(community, mediaId, new Uint8Array(landscape(640, 420, seed)), "image/png");
      return mediaId;
    });
    const post = write(community, id(author), { text, mediaIds });
    post.createdAt = timestampFromMs(Date.now() - minutesAgo * 60_000);
    people.slice(0, text.length % 6).forEach(([fan]) => void community.likes.add(`${post.id} ${id(fan)}`));
  }
  const last = [...community.posts.values()].at(-1);
  for (const [author, text] of [
    ["mateo", "Congratulations! We will ride across it before the cars do."],
    ["lucy_w", "Eleven years! I was still afraid of 5 km then. What do you draw next?"],
    ["kenji", "May I come and record it? Bridges hum."],
  ] as const) {
    write(community, id(author), { text, replyToId: last?.id ?? "" });
  }
  seedCampaigns(community);
  seedReviews(community);
  seedCourses(community);
  seedWeather(community);
  return community;
}
