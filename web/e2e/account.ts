import { createClient } from "@connectrpc/connect";
import { GraphService } from "@throng/gen/throng/graph/v1/graph_pb";
import { PostService } from "@throng/gen/throng/post/v1/post_pb";
import { UserService } from "@throng/gen/throng/user/v1/user_pb";
import { createThrong, memoryStorage, newIdempotencyKey } from "@throng/sdk";
import type { Person } from "./person";

/** What a person does elsewhere, on a device that is not looked at. */
export interface Elsewhere {
  userId: string;
  /** Writes a post and answers its id. */
  says(text: string): Promise<string>;
  follows(other: Elsewhere): Promise<void>;
}

/** Signs somebody up through the API. */
export async function signUpElsewhere(baseUrl: string, who: Person): Promise<Elsewhere> {
  const { transport } = createThrong({ baseUrl, storage: memoryStorage() });
  const { user } = await createClient(UserService, transport).register({
    handle: who.handle,
    displayName: who.name,
    email: `${who.handle}@example.com`,
    password: who.password,
  });
  const posts = createClient(PostService, transport);
  const graph = createClient(GraphService, transport);
  return {
    userId: user?.id ?? "",
    async says(text) {
      const { post } = await posts.createPost({ text, idempotencyKey: newIdempotencyKey() });
      return post?.id ?? "";
    },
    async follows(other) {
      await graph.follow({ userId: other.userId });
    },
  };
}
