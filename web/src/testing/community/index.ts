import { createValidator, violationsToProto } from "@bufbuild/protovalidate";
import { Code, ConnectError, type ConnectRouter, type Interceptor } from "@connectrpc/connect";
import { campaigns } from "./campaigns";
import { courses } from "./courses";
import { graph } from "./graph";
import { media } from "./media";
import { posts } from "./posts";
import { reviews } from "./reviews";
import type { Community } from "./store";
import { timeline } from "./timeline";
import { users } from "./users";
import { weather } from "./weather";

export { checkIn } from "./checkins";
export { assign, offer, type Taught } from "./courses";
export { employ } from "./instructors";
export { receive } from "./media";
export { note, report } from "./moderation";
export { write } from "./posts";
export { type Held, judge, stock } from "./reviews";
export { announce, type Run } from "./run";
export { Community, fail } from "./store";
export { joinTeam, makeTeam } from "./teams";
export { register, signIn } from "./users";
export { type Measured, observe } from "./weather";

/** The services of a community. */
export function services(community: Community) {
  return (router: ConnectRouter) => {
    for (const noun of [users, graph, posts, timeline, media, campaigns, reviews, courses, weather]) {
      noun(community)(router);
    }
  };
}

const validator = createValidator();

/** What every call passes: the log of calls, ordered faults, input rules, positions. */
export function policy(community: Community): Interceptor {
  return (next) => async (req) => {
    if (req.stream) {
      return next(req);
    }
    community.calls.push({ method: req.method.name, message: req.message });
    await community.holds.get(req.method.name);
    const fault = community.faults.get(req.method.name);
    if (fault) {
      throw fault;
    }
    const result = validator.validate(req.method.input, req.message);
    if (result.kind === "invalid") {
      const [value, desc] = violationsToProto(result.violations);
      throw new ConnectError("invalid input", Code.InvalidArgument, undefined, [{ desc, value }]);
    }
    const res = await next(req);
    res.header.set("throng-consistency-token", token(++community.position));
    return res;
  };
}

function token(position: bigint): string {
  const bytes = new Uint8Array(9);
  bytes[0] = 1;
  new DataView(bytes.buffer).setBigUint64(1, position);
  return btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
}
