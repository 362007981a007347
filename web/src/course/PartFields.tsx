import { Button, IconButton } from "../ui/Button";
import { TextArea, TextField } from "../ui/Field";
import { Icon } from "../ui/Icon";
import type { PartDraft } from "./draft";

const most = 100;

interface PartFieldsProps {
  parts: PartDraft[];
  error: string | undefined;
  onChange(parts: PartDraft[]): void;
}

/** What a course teaches, part by part, in its order. */
export function PartFields({ parts, error, onChange }: PartFieldsProps) {
  const add = () => {
    const id = 1 + Math.max(-1, ...parts.map((part) => part.id));
    onChange([...parts, { id, title: "", text: "" }]);
  };
  const swap = (index: number, other: number) =>
    onChange(
      parts.map((part, at) => (at === index ? parts[other] : at === other ? parts[index] : part) ?? part),
    );
  return (
    <fieldset className="flex flex-col gap-3 border-t border-line pt-4">
      <legend className="sr-only">Syllabus</legend>
      <p className="text-sm font-semibold">Syllabus (optional)</p>
      {parts.map((part, index) => (
        <PartField
          key={part.id}
          last={index === parts.length - 1}
          number={index + 1}
          onChange={(next) => onChange(parts.map((each) => (each.id === part.id ? next : each)))}
          onDown={() => swap(index, index + 1)}
          onRemove={() => onChange(parts.filter((each) => each.id !== part.id))}
          onUp={() => swap(index, index - 1)}
          part={part}
          wrong={error !== undefined}
        />
      ))}
      {error && (
        <p className="text-sm font-medium text-danger" role="alert">
          {error}
        </p>
      )}
      {parts.length < most && (
        <p>
          <Button look="outline" onClick={add} size="small">
            <Icon name="pen" size={16} />
            Add a section
          </Button>
        </p>
      )}
    </fieldset>
  );
}

interface PartFieldProps {
  part: PartDraft;
  number: number;
  last: boolean;
  wrong: boolean;
  onChange(part: PartDraft): void;
  onUp(): void;
  onDown(): void;
  onRemove(): void;
}

function PartField({ part, number, last, wrong, onChange, ...act }: PartFieldProps) {
  return (
    <div className="rounded-2xl border border-line p-3 sm:p-4">
      <div className="flex items-end gap-1">
        <div className="grow">
          <TextField
            aria-invalid={wrong && !part.title.trim() ? true : undefined}
            autoComplete="off"
            dir="auto"
            label={`Section ${number}`}
            onChange={(event) => onChange({ ...part, title: event.target.value })}
            value={part.title}
          />
        </div>
        {number > 1 && (
          <IconButton label={`Move section ${number} up`} onClick={act.onUp}>
            <Icon name="up" size={20} />
          </IconButton>
        )}
        {!last && (
          <IconButton label={`Move section ${number} down`} onClick={act.onDown}>
            <Icon className="rotate-180" name="up" size={20} />
          </IconButton>
        )}
        <IconButton label={`Remove section ${number}`} onClick={act.onRemove}>
          <Icon name="trash" size={20} />
        </IconButton>
      </div>
      <div className="mt-3">
        <TextArea
          label={`What section ${number} is about (optional)`}
          onChange={(event) => onChange({ ...part, text: event.target.value })}
          rows={2}
          value={part.text}
        />
      </div>
    </div>
  );
}
