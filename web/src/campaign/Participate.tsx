import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import {
  type Campaign,
  CampaignService,
  JoinCampaignRequestSchema,
  type Participation,
  State,
} from "@throng/gen/throng/campaign/v1/campaign_pb";
import { useState } from "react";
import { useSession } from "../app/services";
import { useForm } from "../app/useForm";
import { Button, buttonClass } from "../ui/Button";
import { Choice } from "../ui/Choice";
import { FormProblem } from "../ui/FormProblem";
import { toast } from "../ui/toasts";
import { refreshCampaigns } from "./queries";
import { limitsOf } from "./rules";

interface ParticipateProps {
  campaign: Campaign;
  participation: Participation | undefined;
}

/** Joining a campaign, and how one takes part after that. */
export function Participate({ campaign, participation }: ParticipateProps) {
  const session = useSession();
  const over = campaign.state === State.ENDED;
  if (session && !participation) {
    // Its room is kept, so that the page does not jump.
    return <div aria-hidden="true" className="panel h-28 animate-breathe" />;
  }
  if (participation?.joined) {
    return <Part campaign={campaign} participation={participation} />;
  }
  if (over) {
    return null;
  }
  return (
    <section aria-label="Take part" className="panel p-4 sm:px-5">
      <h2 className="text-lg">Take part</h2>
      {session ? <Join campaign={campaign} /> : <Door campaign={campaign} />}
    </section>
  );
}

function Door({ campaign }: { campaign: Campaign }) {
  return (
    <p className="mt-2 flex flex-wrap items-center justify-between gap-3 text-soft">
      Sign in to join, make a team and check in.
      <Link
        className={buttonClass("primary", "small")}
        search={{ next: `/campaigns/${campaign.id}` }}
        to="/signin"
      >
        Sign in
      </Link>
    </p>
  );
}

const answers = [
  { value: "no", label: "No, I am new" },
  { value: "yes", label: "Yes" },
] as const;

function Join({ campaign }: { campaign: Campaign }) {
  const client = useQueryClient();
  const [before, setBefore] = useState<"yes" | "no">();
  const [missing, setMissing] = useState(false);
  const { mutateAsync } = useMutation(CampaignService.method.joinCampaign);
  const { form, problem, busy } = useForm(JoinCampaignRequestSchema, async (message) => {
    await mutateAsync(message);
    refreshCampaigns(client);
    toast(`You take part in ${campaign.title}.`);
  });
  const { onSubmit, ...rest } = form(() => ({
    campaignId: campaign.id,
    returningCustomer: before === "yes",
  }));
  return (
    <form
      {...rest}
      className="mt-2 flex flex-col gap-4"
      onSubmit={(event) => {
        if (before) {
          onSubmit(event);
        } else {
          event.preventDefault();
          setMissing(true);
        }
      }}
    >
      <Choice
        error={missing && !before ? "Choose one of the two." : undefined}
        legend="Have you been a customer before?"
        onChange={(answer) => setBefore(answer)}
        options={answers}
        value={before}
      />
      <FormProblem text={problem} />
      <Button busy={busy} type="submit">
        Join
      </Button>
    </form>
  );
}

function Part({ campaign, participation }: { campaign: Campaign; participation: Participation }) {
  const { teams, returningCustomer, checkInsLeftToday } = participation;
  const { teamsPerPerson, checkInsPerDay } = limitsOf(campaign.rules);
  const params = { campaignId: campaign.id };
  return (
    <section aria-label="You in this campaign" className="panel p-4 sm:px-5">
      <h2 className="text-lg">You take part</h2>
      <p className="mt-1 text-soft">
        {returningCustomer ? "You have been a customer before" : "You are new here"}
        {campaign.state === State.RUNNING && (
          <>
            , and can check in{" "}
            <b className="text-ink tabular-nums">
              {checkInsLeftToday} of {checkInsPerDay}
            </b>{" "}
            {checkInsPerDay === 1 ? "time" : "times"} today
          </>
        )}
        .
      </p>
      {teams.length > 0 && (
        <ul aria-label="Your teams" className="mt-3 flex flex-wrap gap-2">
          {teams.map((team) => (
            <li key={team.id}>
              <Link
                className="inline-flex min-h-10 items-center rounded-full bg-glow px-4 font-semibold text-on-glow hover:underline"
                params={{ ...params, teamId: team.id }}
                to="/campaigns/$campaignId/teams/$teamId"
              >
                <bdi>{team.name}</bdi>
              </Link>
            </li>
          ))}
        </ul>
      )}
      {campaign.state !== State.ENDED && teams.length < teamsPerPerson && (
        <p className="mt-3">
          <Link className={buttonClass("outline", "small")} params={params} to="/campaigns/$campaignId/teams">
            {teams.length === 0 ? "Find or make a team" : "Join another team"}
          </Link>
        </p>
      )}
    </section>
  );
}
