import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CampaignService } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { CreateTeamRequestSchema } from "@throng/gen/throng/campaign/v1/team_pb";
import { useState } from "react";
import { useForm } from "../app/useForm";
import { useKey } from "../app/useKey";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { TextField } from "../ui/Field";
import { FormProblem } from "../ui/FormProblem";
import { toast } from "../ui/toasts";
import { refreshCampaigns } from "./queries";

/** Makes a team and goes to it. */
export function CreateTeam({ campaignId, onClose }: { campaignId: string; onClose(): void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const { keyFor } = useKey();
  const { mutateAsync } = useMutation(CampaignService.method.createTeam);
  const { form, errors, problem, busy } = useForm(
    CreateTeamRequestSchema,
    async (message) => {
      const { team } = await mutateAsync(message);
      refreshCampaigns(client);
      onClose();
      if (team) {
        toast(`${team.name} is made, and you are its captain.`);
        await navigate({
          to: "/campaigns/$campaignId/teams/$teamId",
          params: { campaignId, teamId: team.id },
        });
      }
    },
    { team_name_taken: "name" },
  );
  return (
    <Dialog onClose={onClose} title="Make a team">
      <form
        {...form(() => ({ campaignId, name: name.trim(), idempotencyKey: keyFor(name.trim()) }))}
        className="flex flex-col gap-4"
      >
        <TextField
          autoComplete="off"
          error={errors.name}
          hint="2 to 40 characters. No other team of this campaign may have it."
          label="Name"
          name="name"
          onChange={(event) => setName(event.target.value)}
          value={name}
        />
        <FormProblem text={problem} />
        <div className="flex flex-wrap justify-end gap-3">
          <Button look="outline" onClick={onClose}>
            Cancel
          </Button>
          <Button busy={busy} type="submit">
            Make it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
