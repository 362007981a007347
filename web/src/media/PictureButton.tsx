import { useRef } from "react";
import { IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";

/** Chooses picture files, whatever the browser can decode. */
export function PictureButton(props: {
  label: string;
  disabled?: boolean;
  multiple?: boolean;
  onFiles(files: File[]): void;
}) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        accept="image/*"
        hidden
        multiple={props.multiple}
        onChange={(event) => {
          props.onFiles([...(event.target.files ?? [])]);
          // The same file can be chosen again after it was taken out.
          event.target.value = "";
        }}
        ref={input}
        type="file"
      />
      <IconButton
        aria-disabled={props.disabled || undefined}
        className="aria-disabled:opacity-40"
        label={props.label}
        onClick={() => !props.disabled && input.current?.click()}
      >
        <Icon name="picture" />
      </IconButton>
    </>
  );
}
