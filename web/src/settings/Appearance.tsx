import { useShortcutsOn } from "../app/shortcuts";
import { type Theme, useTheme } from "../app/theme";
import { Icon, type IconName } from "../ui/Icon";

const themes: { value: Theme; label: string; icon: IconName }[] = [
  { value: "system", label: "As the system", icon: "screen" },
  { value: "light", label: "Light", icon: "sun" },
  { value: "dark", label: "Dark", icon: "moon" },
];

/** Light or dark, and whether single keys do things. */
export function Appearance() {
  const [theme, setTheme] = useTheme();
  const [shortcuts, setShortcuts] = useShortcutsOn();
  return (
    <>
      <fieldset>
        <legend className="sr-only">Theme</legend>
        <div className="grid grid-cols-3 gap-2">
          {themes.map(({ value, label, icon }) => (
            <label
              className="flex flex-col items-center gap-1.5 rounded-2xl border border-line px-2 py-3 text-center text-sm font-medium has-checked:border-transparent has-checked:bg-glow has-checked:text-on-glow has-focus-visible:outline-3 has-focus-visible:outline-offset-2 has-focus-visible:outline-brand"
              key={value}
            >
              <input
                checked={theme === value}
                className="sr-only"
                name="theme"
                onChange={() => setTheme(value)}
                type="radio"
              />
              <Icon name={icon} />
              {label}
            </label>
          ))}
        </div>
      </fieldset>
      <label className="mt-4 flex items-center gap-3">
        <input
          checked={shortcuts}
          className="size-5 accent-brand"
          onChange={(event) => setShortcuts(event.target.checked)}
          type="checkbox"
        />
        <span>
          Single-key shortcuts <span className="text-soft">(press ? for a list)</span>
        </span>
      </label>
    </>
  );
}
