import { useInfiniteQuery, useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CampaignService } from "@throng/gen/throng/campaign/v1/campaign_pb";
import type { Member, Team } from "@throng/gen/throng/campaign/v1/team_pb";
import { useState } from "react";
import { sayFault } from "../app/faults";
import { useSession } from "../app/services";
import { Badge } from "../ui/Badge";
import { Confirm } from "../ui/Dialog";
import { Icon } from "../ui/Icon";
import { Menu } from "../ui/Menu";
import { More } from "../ui/More";
import { Faulted } from "../ui/Notice";
import { Loading } from "../ui/Spinner";
import { Time } from "../ui/Time";
import { toast } from "../ui/toasts";
import { Avatar } from "../user/Avatar";
import { nameOf } from "../user/name";
import { present, refreshCampaigns } from "./queries";

/** Who is in a team, in the order in which they came. The captain may hand it over. */
export function Members({ team, open }: { team: Team; open: boolean }) {
  const me = useSession()?.userId;
  const query = useInfiniteQuery(
    CampaignService.method.listTeamMembers,
    { teamId: team.id, pageToken: "" },
    { pageParamKey: "pageToken", getNextPageParam: (last) => last.nextPageToken || undefined },
  );
  const members = query.data?.pages.flatMap((page) => page.members);
  return (
    <section aria-label="Members">
      <h2 className="mt-2 mb-2 px-1 text-lg">Members</h2>
      {query.isPending && <Loading />}
      {query.isError && !members && <Faulted error={query.error} retry={query.refetch} />}
      <ul aria-label="Members" className="flex flex-col gap-2.5">
        {members?.map((member) => (
          <Row
            handsOver={open && me === team.captainId && member.user?.id !== me}
            key={member.user?.id}
            member={member}
            team={team}
          />
        ))}
      </ul>
      <More query={query} />
    </section>
  );
}

function Row({ team, member, handsOver }: { team: Team; member: Member; handsOver: boolean }) {
  const user = present(member.user);
  const name = nameOf(user);
  const [asking, setAsking] = useState(false);
  return (
    <li className="panel relative flex items-center gap-3 p-4 sm:px-5">
      <Avatar user={user} />
      <div className="min-w-0 flex-1">
        {user ? (
          <Link
            className="font-bold after:absolute after:inset-0 after:rounded-panel hover:underline"
            params={{ handle: user.handle }}
            to="/@{$handle}"
          >
            <bdi className="block truncate">{name}</bdi>
          </Link>
        ) : (
          <span className="font-bold">{name}</span>
        )}
        <p className="text-sm text-soft">
          in the team since <Time at={member.joinedAt} />
        </p>
      </div>
      {member.captain && (
        <Badge>
          <Icon name="crown" size={14} />
          captain
        </Badge>
      )}
      {handsOver && user && (
        <div className="relative -mr-2">
          <Menu
            actions={[{ label: "Make captain", icon: "crown", onSelect: () => setAsking(true) }]}
            label={`More about ${name}`}
          />
        </div>
      )}
      {asking && (
        <HandOver name={name} onClose={() => setAsking(false)} team={team} userId={user?.id ?? ""} />
      )}
    </li>
  );
}

function HandOver(props: { team: Team; userId: string; name: string; onClose(): void }) {
  const { team, userId, name, onClose } = props;
  const client = useQueryClient();
  const { mutate, isPending } = useMutation(CampaignService.method.makeCaptain, {
    onSuccess: () => toast(`${name} is the captain now.`),
    onError: (err) => toast(sayFault(err), "failed"),
    onSettled: () => {
      onClose();
      refreshCampaigns(client);
    },
  });
  return (
    <Confirm
      action="Make captain"
      busy={isPending}
      look="primary"
      onClose={onClose}
      onConfirm={() => mutate({ teamId: team.id, userId })}
      title={`Make ${name} captain?`}
    >
      You stay a member of {team.name}, and only {name} can give it back.
    </Confirm>
  );
}
