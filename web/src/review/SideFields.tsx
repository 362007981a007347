import type { MessageInitShape } from "@bufbuild/protobuf";
import type { NewCharacteristicSchema } from "@throng/gen/throng/review/v1/product_pb";
import { useRef } from "react";
import { Button, IconButton } from "../ui/Button";
import { TextField } from "../ui/Field";
import { Icon } from "../ui/Icon";

/** A characteristic as it is filled in. */
export interface Side {
  id: number;
  name: string;
  /** Five of them, all empty for none. */
  labels: string[];
}

const most = 20;
// They have labels of their own.
const usual = ["Size", "Width", "Comfort", "Quality", "Length", "Fit"];
const none = ["", "", "", "", ""];

/** The characteristic as it is sent. */
export function sideOf({ name, labels }: Side): MessageInitShape<typeof NewCharacteristicSchema> {
  const words = labels.map((label) => label.trim());
  return { name: name.trim(), labels: words.some(Boolean) ? words : [] };
}

interface SideFieldsProps {
  sides: Side[];
  error: string | undefined;
  onChange(sides: Side[]): void;
}

/** What reviews may rate besides the stars. */
export function SideFields({ sides, error, onChange }: SideFieldsProps) {
  const nextId = useRef(1);
  const add = (name: string) => onChange([...sides, { id: nextId.current++, name, labels: none }]);
  const taken = new Set(sides.map(({ name }) => name.trim()));
  return (
    <fieldset className="flex flex-col gap-3 border-t border-line pt-4">
      <legend className="sr-only">Characteristics</legend>
      <p className="text-sm font-semibold">Characteristics (optional)</p>
      <p className="text-sm text-soft">Reviews rate each from 1 to 5. They cannot be changed later.</p>
      {sides.map((side, index) => (
        <SideField
          key={side.id}
          number={index + 1}
          onChange={(next) => onChange(sides.map((each) => (each.id === side.id ? next : each)))}
          onRemove={() => onChange(sides.filter((each) => each.id !== side.id))}
          side={side}
          wrong={error !== undefined}
        />
      ))}
      {error && (
        <p className="text-sm font-medium text-danger" role="alert">
          {error}
        </p>
      )}
      {sides.length < most && (
        <div className="flex flex-wrap gap-2">
          {usual
            .filter((name) => !taken.has(name))
            .map((name) => (
              <Button key={name} look="outline" onClick={() => add(name)} size="small">
                <Icon name="pen" size={16} />
                {name}
              </Button>
            ))}
          <Button look="outline" onClick={() => add("")} size="small">
            <Icon name="pen" size={16} />
            Another
          </Button>
        </div>
      )}
    </fieldset>
  );
}

interface SideFieldProps {
  side: Side;
  number: number;
  wrong: boolean;
  onChange(side: Side): void;
  onRemove(): void;
}

function SideField({ side, number, wrong, onChange, onRemove }: SideFieldProps) {
  const label = (index: number, text: string) =>
    onChange({ ...side, labels: side.labels.map((each, n) => (n === index ? text : each)) });
  return (
    <div className="rounded-2xl border border-line p-3 sm:p-4">
      <div className="flex items-end gap-2">
        <div className="grow">
          <TextField
            aria-invalid={wrong && !side.name.trim() ? true : undefined}
            autoComplete="off"
            dir="auto"
            label={`Characteristic ${number}`}
            onChange={(event) => onChange({ ...side, name: event.target.value })}
            value={side.name}
          />
        </div>
        <IconButton label={`Remove characteristic ${number}`} onClick={onRemove}>
          <Icon name="trash" />
        </IconButton>
      </div>
      <details className="mt-2">
        <summary className="min-h-9 text-sm font-medium text-soft">What 1 to 5 mean</summary>
        <div className="mt-2 flex flex-col gap-2">
          {side.labels.map((text, index) => (
            <TextField
              autoComplete="off"
              dir="auto"
              // biome-ignore lint/suspicious/noArrayIndexKey: there are always these five
              key={index}
              label={`${index + 1} means`}
              onChange={(event) => label(index, event.target.value)}
              value={text}
            />
          ))}
        </div>
      </details>
    </div>
  );
}
