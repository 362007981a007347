import type { ChangeEvent } from "react";
import type { PictureState } from "../media/usePicture";
import { Choice } from "../ui/Choice";
import { SelectField, TextArea, TextField } from "../ui/Field";
import { CoverField } from "./CoverField";
import type { Draft, lockedOf } from "./draft";
import { WhereField } from "./WhereField";
import { zones } from "./zone";

interface FieldsProps {
  draft: Draft;
  onChange(draft: Draft): void;
  cover: PictureState;
  /** By fields of the contract. */
  errors: Record<string, string>;
  locked: ReturnType<typeof lockedOf>;
}

type Words = Exclude<keyof Draft, "scoring" | "teamNeeded">;

/** All that makes a campaign. What cannot be changed any more is shown, and locked. */
export function CampaignFields(props: FieldsProps) {
  const { draft, onChange, errors } = props;
  const field = (name: Words, inContract: string) => ({
    name,
    value: draft[name],
    error: errors[inContract],
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>) =>
      onChange({ ...draft, [name]: event.target.value }),
  });
  return (
    <>
      <TextField {...field("title", "title")} autoComplete="off" label="Title" />
      <TextArea {...field("text", "text")} label="What it is about" rows={6} />
      <CoverField cover={props.cover} error={errors.cover_media_id} />
      <WhereField
        error={errors.location_id}
        onChange={(locationId) => onChange({ ...draft, locationId })}
        place={draft.locationId}
      />
      {!props.locked.tag && (
        <TextField
          {...field("tag", "tag")}
          autoCapitalize="none"
          autoComplete="off"
          hint="Posts of check-ins carry it. Left empty, it is made of the title."
          label="Tag (optional)"
          spellCheck={false}
        />
      )}
      <Times {...props} field={field} />
      <RuleFields {...props} field={field} />
    </>
  );
}

interface PartProps extends FieldsProps {
  field(
    name: Words,
    inContract: string,
  ): {
    name: string;
    value: string;
    error: string | undefined;
    onChange(event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>): void;
  };
}

function Times({ draft, locked, field }: PartProps) {
  const known = zones();
  return (
    <fieldset className="flex flex-col gap-4 border-t border-line pt-4">
      <legend className="sr-only">When</legend>
      <SelectField
        {...field("timeZone", "time_zone")}
        disabled={locked.rules}
        hint="All times here are by its clocks, and its days are the campaign's."
        label="Time zone"
      >
        {(known.includes(draft.timeZone) ? known : [draft.timeZone, ...known]).map((zone) => (
          <option key={zone} value={zone}>
            {zone.replaceAll("_", " ")}
          </option>
        ))}
      </SelectField>
      <div className="grid gap-4 min-[28rem]:grid-cols-2">
        <TextField
          {...field("startsAt", "starts_at")}
          disabled={locked.rules}
          label="Start"
          type="datetime-local"
        />
        <TextField {...field("endsAt", "ends_at")} disabled={locked.end} label="End" type="datetime-local" />
      </div>
      <TextField
        {...field("freezesAt", "freezes_at")}
        disabled={locked.end}
        hint="From then until the end everybody but you sees the boards as they were. Left empty, they stay live."
        label="Boards freeze (optional)"
        type="datetime-local"
      />
    </fieldset>
  );
}

const scorings = [
  { value: "points", label: "Points", hint: "Every check-in counts the same." },
  { value: "togetherness", label: "Togetherness", hint: "Many members, new ones, close in time." },
] as const;

function RuleFields({ draft, onChange, errors, locked, field }: PartProps) {
  const number = { disabled: locked.rules, inputMode: "numeric", type: "number" } as const;
  return (
    <fieldset className="flex flex-col gap-4 border-t border-line pt-4" disabled={locked.rules}>
      <legend className="sr-only">Rules</legend>
      {locked.rules && (
        <p className="text-sm text-soft">
          The campaign has started: its rules, time zone and start stay as they are.
        </p>
      )}
      <Choice
        disabled={locked.rules}
        error={errors.rules ?? errors["rules.scoring"]}
        legend="What counts"
        onChange={(scoring) => onChange({ ...draft, scoring })}
        options={scorings}
        value={draft.scoring}
      />
      {draft.scoring === "points" && (
        <div className="grid gap-4 min-[28rem]:grid-cols-2">
          <TextField
            {...field("perCheckIn", "rules.points.per_check_in")}
            {...number}
            label="Points a check-in"
            min={1}
          />
          <TextField
            {...field("dailyCap", "rules.points.daily_cap")}
            {...number}
            hint="Left empty, there is no cap."
            label="Most points a person and day"
            min={0}
          />
        </div>
      )}
      <div className="grid gap-4 min-[28rem]:grid-cols-2">
        <TextField {...field("teamSize", "rules.team_size")} {...number} label="Members a team" min={1} />
        <TextField
          {...field("teamsPerPerson", "rules.teams_per_person")}
          {...number}
          label="Teams a person"
          min={1}
        />
        <TextField
          {...field("checkInsPerDay", "rules.check_ins_per_day")}
          {...number}
          label="Check-ins a person and day"
          min={1}
        />
      </div>
      <label className="flex items-center gap-3">
        <input
          checked={draft.teamNeeded}
          className="size-5 accent-brand"
          onChange={(event) => onChange({ ...draft, teamNeeded: event.target.checked })}
          type="checkbox"
        />
        Only members of a team may check in
      </label>
    </fieldset>
  );
}
