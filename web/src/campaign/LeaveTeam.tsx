import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { CampaignService } from "@throng/gen/throng/campaign/v1/campaign_pb";
import type { Team } from "@throng/gen/throng/campaign/v1/team_pb";
import { useState } from "react";
import { sayFault } from "../app/faults";
import { useSession } from "../app/services";
import { Button } from "../ui/Button";
import { Confirm, Dialog } from "../ui/Dialog";
import { toast } from "../ui/toasts";
import { refreshCampaigns } from "./queries";

/** Leaves a team, after asking; a captain is told to hand over first. */
export function LeaveTeam({ team }: { team: Team }) {
  const client = useQueryClient();
  const me = useSession()?.userId;
  const [asking, setAsking] = useState(false);
  const { mutate, isPending } = useMutation(CampaignService.method.leaveTeam, {
    onSuccess: () => toast(`You have left ${team.name}.`),
    onError: (err) => toast(sayFault(err), "failed"),
    onSettled: () => {
      setAsking(false);
      refreshCampaigns(client);
    },
  });
  const last = team.memberCount <= 1;
  const mustHandOver = team.captainId === me && !last;
  const close = () => setAsking(false);
  return (
    <>
      <Button look="outline" onClick={() => setAsking(true)} size="small">
        Leave
      </Button>
      {asking && mustHandOver && (
        <Dialog className="sm:max-w-md" onClose={close} title="A team needs its captain">
          <p className="text-soft">
            You are the captain of {team.name}. Make another member captain first, in the list of members.
          </p>
          <div className="mt-6 flex justify-end">
            <Button onClick={close}>Understood</Button>
          </div>
        </Dialog>
      )}
      {asking && !mustHandOver && (
        <Confirm
          action="Leave"
          busy={isPending}
          onClose={close}
          onConfirm={() => mutate({ teamId: team.id })}
          title={`Leave ${team.name}?`}
        >
          {last
            ? "You are its last member: the team closes, its name is free again, and it goes from the board."
            : "You can come back as long as there is room."}
        </Confirm>
      )}
    </>
  );
}
