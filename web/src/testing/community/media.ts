import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter } from "@connectrpc/connect";
import { MediaSchema, MediaService } from "@throng/gen/throng/media/v1/media_pb";
import { type Community, fail } from "./store";
import { mustSignIn } from "./users";

/** Takes the bytes of a reserved upload. */
export function receive(community: Community, id: string, bytes: Uint8Array, contentType: string): void {
  const size = pngSize(bytes);
  community.bytes.set(id, bytes);
  community.media.set(
    id,
    create(MediaSchema, { id, url: `/media/${id}`, contentType, size: BigInt(bytes.length), ...size }),
  );
}

export function media(community: Community) {
  return ({ service }: ConnectRouter) =>
    service(MediaService, {
      createUpload(_, context) {
        mustSignIn(community, context);
        const mediaId = community.nextId();
        return {
          mediaId,
          uploadUrl: `/media/upload/${mediaId}`,
          expiresAt: timestampFromMs(Date.now() + 60_000),
        };
      },
      getMedia: ({ mediaId }) => ({
        media: community.media.get(mediaId) ?? fail(Code.NotFound, "media_unknown", "no such picture"),
      }),
    });
}

function pngSize(bytes: Uint8Array): { width: number; height: number } {
  if (bytes.length < 24 || bytes[1] !== 0x50) {
    return { width: 0, height: 0 };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return { width: view.getInt32(16), height: view.getInt32(20) };
}
