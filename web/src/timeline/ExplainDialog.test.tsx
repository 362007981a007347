import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { TransportProvider } from "@connectrpc/connect-query";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import {
  ExplainPostResponse_Cause as Cause,
  type ExplainPostResponseSchema,
  ExplainPostResponse_EdgeMode as Mode,
  Strategy,
  TimelineService,
} from "@throng/gen/throng/timeline/v1/timeline_pb";
import { UserSchema } from "@throng/gen/throng/user/v1/user_pb";
import { expect, test, vi } from "vitest";
import { village } from "../testing/people";
import { visit } from "../testing/visit";
import { ExplainDialog } from "./ExplainDialog";

type Answer = MessageInitShape<typeof ExplainPostResponseSchema>;

const postId = "01890a5d-ac96-774b-bcce-b302099a8057";
const noon = Date.UTC(2026, 2, 9, 12);
const ben = create(UserSchema, { handle: "ben", displayName: "Ben" });

/** Opens the dialog on what a server answers, each time it is asked. */
function explained(answer: () => Answer | Promise<Answer>) {
  const transport = createRouterTransport(({ service }) =>
    service(TimelineService, { explainPost: () => answer() }),
  );
  const onClose = vi.fn();
  render(
    <TransportProvider transport={transport}>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <ExplainDialog author={ben} onClose={onClose} postId={postId} />
      </QueryClientProvider>
    </TransportProvider>,
  );
  return { onClose, user: userEvent.setup() };
}

const followed = { inTimeline: true, cause: Cause.FOLLOWED, storedAt: timestampFromMs(noon) };

test.each<[string, Answer, RegExp]>([
  ["followed", followed, /^You follow Ben, so it is in your home timeline\.$/],
  ["own", { inTimeline: true, cause: Cause.OWN }, /^You wrote it\./],
  [
    "not followed",
    { cause: Cause.NOT_FOLLOWED },
    /^It is not in your home timeline: you do not follow Ben\.$/,
  ],
  ["deleted", { cause: Cause.DELETED }, /^It is not in your home timeline: the post was deleted/],
  ["of no known cause", { inTimeline: true }, /^It is in your home timeline\.$/],
])("a post that is %s says so", async (_, answer, text) => {
  explained(() => answer);
  await screen.findByText(text);
});

test.each<[string, Answer, RegExp[]]>([
  [
    "written",
    {
      ...followed,
      deliveredAt: timestampFromMs(noon + 3_200),
      mode: Mode.PUSH,
      strategy: Strategy.ADAPTIVE,
    },
    [/Written at .*2026.*, 3 s later\./, /Written into your timeline when they appear\./, /which costs less/],
  ],
  [
    "written at once",
    { ...followed, deliveredAt: timestampFromMs(noon + 300), strategy: Strategy.PUSH },
    [/, within a second\./, /into the timelines of all followers/],
  ],
  [
    "written after a follow",
    { ...followed, deliveredAt: timestampFromMs(noon + 86_400_000), mode: Mode.PROMOTING },
    [/Written at [^.]*(AM|PM|\d)\.$/, /they are read as well/],
  ],
  [
    "read",
    { ...followed, mode: Mode.PULL, strategy: Strategy.PULL },
    [/Read from the posts of Ben whenever you open it\./, /^Read whenever you open your timeline\.$/],
  ],
  [
    "read for all",
    { ...followed, mode: Mode.PUSH, authorPulled: true, strategy: Strategy.HYBRID },
    [/Read by all followers/, /very many followers/],
  ],
  ["own", { inTimeline: true, cause: Cause.OWN }, [/Read from your own posts/]],
])("a post that was %s tells how it came", async (_, answer, texts) => {
  explained(() => answer);
  const part = await screen.findByRole("region", { name: "How it came" });
  const told = within(part)
    .getAllByRole("definition")
    .map((each) => each.textContent);
  for (const text of texts) {
    expect(told).toContainEqual(expect.stringMatching(text));
  }
});

test("what a server does not tell is not made up", async () => {
  explained(() => ({ cause: Cause.NOT_FOLLOWED }));
  await screen.findByText(/you do not follow Ben/);
  expect(screen.queryByRole("region", { name: "How it came" })).toBeNull();
});

test("a post on its way is followed until it has come", async () => {
  let asked = 0;
  explained(() =>
    ++asked === 1
      ? { cause: Cause.ON_ITS_WAY, mode: Mode.PUSH }
      : { ...followed, deliveredAt: timestampFromMs(noon + 3_000) },
  );
  await screen.findByText(/it will be in your home timeline within seconds/);
  await screen.findByText("Not written yet.");
  await screen.findByText("You follow Ben, so it is in your home timeline.");
});

test("it says that it looks, then what it found", async () => {
  let tell = (_: Answer) => {};
  explained(
    () =>
      new Promise<Answer>((resolve) => {
        tell = resolve;
      }),
  );
  await screen.findByText("Looking it up…");
  await waitFor(() => {
    tell(followed);
    expect(screen.queryByText("Looking it up…")).toBeNull();
  });
  await screen.findByText("You follow Ben, so it is in your home timeline.");
});

test("an error is told and tried again, with the focus kept in the dialog", async () => {
  let asked = 0;
  const { user } = explained(() => {
    if (++asked <= 2) {
      throw new ConnectError("boom", Code.Internal);
    }
    return followed;
  });
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  await waitFor(() => expect(asked).toBe(2));
  await screen.findByText("Something went wrong on our side.");
  await waitFor(() =>
    expect(screen.getByRole("button", { name: "Try again" }).getAttribute("aria-busy")).toBeNull(),
  );
  await user.click(screen.getByRole("button", { name: "Try again" }));
  const answer = await screen.findByText("You follow Ben, so it is in your home timeline.");
  expect(document.activeElement).toBe(answer);
});

test("a post that never was says so, and there is nothing to try again", async () => {
  explained(() => {
    throw new ConnectError("there is no such post", Code.NotFound);
  });
  await screen.findByText("There is no such post, or it was deleted long ago.");
  expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
});

test("it is asked for from a post's menu at home", async () => {
  const { community, ben, says } = village();
  const post = says(ben, "hello");
  const { user } = visit(community, "/", { as: "ada" });
  await user.click(await screen.findByRole("button", { name: "More about this post" }));
  await user.click(screen.getByRole("menuitem", { name: "Why is this here?" }));
  const dialog = await screen.findByRole("dialog", { name: "Why is this here?" });
  await within(dialog).findByText("You follow Ben, so it is in your home timeline.");
  expect(community.calls.filter(({ method }) => method === "ExplainPost")).toMatchObject([
    { message: { postId: post.id } },
  ]);
  await user.click(within(dialog).getByRole("button", { name: "Close" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("on a post's page it is offered to members, and tells of strangers too", async () => {
  const { community, cleo, says } = village();
  const post = says(cleo, "hello");
  const { user } = visit(community, `/posts/${post.id}`, { as: "ada" });
  await user.click(await screen.findByRole("button", { name: "More about this post" }));
  await user.click(screen.getByRole("menuitem", { name: "Why is this here?" }));
  await screen.findByText("It is not in your home timeline: you do not follow Cleo.");
});

test.each([
  ["a visitor", undefined, "/posts/"],
  ["a profile", "ada", "/@ben"],
])("%s is not offered it", async (_, as, path) => {
  const { community, ben, says } = village();
  const post = says(ben, "hello");
  visit(community, path === "/posts/" ? path + post.id : path, as ? { as } : {});
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "More about this post" }));
  expect(screen.getAllByRole("menuitem").map((each) => each.textContent)).toEqual(["Copy link"]);
});
