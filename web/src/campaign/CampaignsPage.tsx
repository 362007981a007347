import { useInfiniteQuery } from "@connectrpc/connect-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Role } from "@throng/gen/throng/access/v1/access_pb";
import { CampaignService, State } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { useTitle } from "../app/useTitle";
import { buttonClass } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { More } from "../ui/More";
import { Faulted, Notice } from "../ui/Notice";
import { Loading } from "../ui/Spinner";
import { Tabs } from "../ui/Tabs";
import { useMe } from "../user/useMe";
import { CampaignCard } from "./CampaignCard";
import { usePeople } from "./queries";

const route = getRouteApi("/campaigns");

/** Which campaigns a list shows; its name is in the address. */
export type Which = "upcoming" | "ended" | "mine";

const empty = {
  running: ["Nothing is running just now", "Look at what is coming."],
  upcoming: ["Nothing is announced", "New campaigns appear here before they start."],
  ended: ["Nothing has ended yet", "Campaigns stay here with their final boards."],
  mine: ["You have made no campaign yet", "Make one: it can be changed until it starts."],
} as const;

/** All campaigns by where they stand. */
export function CampaignsPage() {
  const { show } = route.useSearch();
  const me = useMe();
  const organizer = (me?.role ?? Role.MEMBER) >= Role.ORGANIZER;
  useTitle("Campaigns");
  return (
    <>
      <div className="mb-3 flex min-h-11 items-center justify-between gap-3">
        <h1 className="text-xl">Campaigns</h1>
        {organizer && (
          <Link className={buttonClass("primary", "small")} to="/campaigns/new">
            <Icon name="pen" size={18} />
            New campaign
          </Link>
        )}
      </div>
      <Tabs
        label="Which campaigns"
        tabs={[
          { label: "Running", to: "/campaigns", search: {} },
          { label: "Upcoming", to: "/campaigns", search: { show: "upcoming" } },
          { label: "Ended", to: "/campaigns", search: { show: "ended" } },
          ...(organizer ? [{ label: "Mine", to: "/campaigns", search: { show: "mine" } } as const] : []),
        ]}
      />
      <List key={show} mine={me?.id} which={show ?? "running"} />
    </>
  );
}

const states = {
  running: State.RUNNING,
  upcoming: State.UPCOMING,
  ended: State.ENDED,
  mine: State.UNSPECIFIED,
};

function List({ which, mine }: { which: Which | "running"; mine: string | undefined }) {
  const query = useInfiniteQuery(
    CampaignService.method.listCampaigns,
    { state: states[which], organizerId: which === "mine" ? (mine ?? "") : "", pageToken: "" },
    {
      pageParamKey: "pageToken",
      getNextPageParam: (last) => last.nextPageToken || undefined,
      enabled: which !== "mine" || mine !== undefined,
    },
  );
  const pages = query.data?.pages.map((page) => page.campaigns) ?? [];
  const organizerOf = usePeople(pages.map((page) => page.map((each) => each.organizerId)));
  const campaigns = pages.flat();
  const [title, text] = empty[which];
  return (
    <>
      {query.isPending && <Loading />}
      {query.isError && campaigns.length === 0 && <Faulted error={query.error} retry={query.refetch} />}
      {query.isSuccess && campaigns.length === 0 && (
        <Notice title={title} word="soon">
          {text}
        </Notice>
      )}
      <ul aria-busy={query.isFetching} aria-label="Campaigns" className="flex flex-col gap-2.5">
        {campaigns.map((campaign) => (
          <CampaignCard campaign={campaign} key={campaign.id} organizer={organizerOf(campaign.organizerId)} />
        ))}
      </ul>
      <More query={query} />
    </>
  );
}
