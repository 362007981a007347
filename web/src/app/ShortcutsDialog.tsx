import { Dialog } from "../ui/Dialog";
import { shortcuts, useShortcutsOn } from "./shortcuts";

export function ShortcutsDialog({ onClose }: { onClose(): void }) {
  const [on] = useShortcutsOn();
  return (
    <Dialog className="sm:max-w-sm" onClose={onClose} title="Keyboard shortcuts">
      {!on && <p className="mb-3 text-soft">They are switched off in the settings.</p>}
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2.5">
        {shortcuts.map(([key, does]) => (
          <div className="contents" key={key}>
            <dt>
              <kbd className="inline-block min-w-9 rounded-lg border border-b-3 border-line bg-raised px-2 py-1 text-center font-sans text-sm font-semibold">
                {key}
              </kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
