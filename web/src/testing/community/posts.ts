import { create } from "@bufbuild/protobuf";
import { Code, type ConnectRouter } from "@connectrpc/connect";
import {
  type CreatePostRequest,
  type Post,
  PostSchema,
  PostService,
} from "@throng/gen/throng/post/v1/post_pb";
import { type Community, fail, now, pageOf } from "./store";
import { callerOf, mustSignIn } from "./users";

/** Stores a post and tells those who watch. An id of its own is for posts that come late. */
export function write(
  community: Community,
  authorId: string,
  request: Partial<CreatePostRequest>,
  id = community.nextId(),
): Post {
  const media = (request.mediaIds ?? []).map(
    (id) =>
      community.media.get(id) ??
      fail(Code.FailedPrecondition, "media_not_ready", "a picture has not arrived"),
  );
  if (request.replyToId) {
    community.post(request.replyToId);
  }
  const post = create(PostSchema, {
    id,
    authorId,
    text: request.text ?? "",
    media,
    replyToId: request.replyToId ?? "",
    createdAt: now(),
  });
  community.posts.set(post.id, post);
  community.arrived.push(post);
  for (const watcher of community.watchers) {
    watcher.wake();
  }
  return post;
}

export function posts(community: Community) {
  const newestFirst = () => [...community.posts.values()].reverse();
  return ({ service }: ConnectRouter) =>
    service(PostService, {
      createPost(request, context) {
        const { user } = mustSignIn(community, context).account;
        const key = `${user.id} ${request.idempotencyKey}`;
        const before = community.keys.get(key);
        const post = before ? community.post(before) : write(community, user.id, request);
        community.keys.set(key, post.id);
        return { post: community.view(post, user.id) };
      },
      getPost: ({ postId }, context) => ({
        post: community.view(community.post(postId), callerOf(community, context)?.account.user.id),
      }),
      batchGetPosts: ({ ids }) => ({ posts: ids.flatMap((id) => community.posts.get(id) ?? []) }),
      listPostsByAuthor(request, context) {
        const viewer = callerOf(community, context)?.account.user.id;
        const all = newestFirst().filter((post) => post.authorId === request.authorId);
        const { part, nextPageToken } = pageOf(all, (post) => post.id, request);
        return { posts: part.map((post) => community.view(post, viewer)), nextPageToken };
      },
      listReplies(request, context) {
        const viewer = callerOf(community, context)?.account.user.id;
        const all = [...community.posts.values()].filter((post) => post.replyToId === request.postId);
        const { part, nextPageToken } = pageOf(all, (post) => post.id, request);
        return { posts: part.map((post) => community.view(post, viewer)), nextPageToken };
      },
      deletePost({ postId }, context) {
        const { user } = mustSignIn(community, context).account;
        if (community.post(postId).authorId !== user.id) {
          fail(Code.PermissionDenied, "not_author", "only its author may delete a post");
        }
        community.posts.delete(postId);
        return {};
      },
      likePost({ postId }, context) {
        const { user } = mustSignIn(community, context).account;
        community.likes.add(`${community.post(postId).id} ${user.id}`);
        return { likeCount: community.view(community.post(postId), user.id).likeCount };
      },
      unlikePost({ postId }, context) {
        const { user } = mustSignIn(community, context).account;
        community.likes.delete(`${community.post(postId).id} ${user.id}`);
        return { likeCount: community.view(community.post(postId), user.id).likeCount };
      },
    });
}
