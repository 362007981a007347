import { Icon } from "./Icon";

/** What is wrong with a form as a whole. */
export function FormProblem({ text }: { text: string }) {
  return (
    <div role="alert">
      {text && (
        <p className="flex items-center gap-2.5 rounded-field bg-danger px-4 py-3 text-sm font-medium text-on-danger">
          <Icon name="warning" size={20} />
          {text}
        </p>
      )}
    </div>
  );
}
