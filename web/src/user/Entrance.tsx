import type { ReactNode } from "react";
import { DotWord } from "../ui/Mark";

/** The frame of the two pages by which one comes in. */
export function Entrance(props: { title: string; children: ReactNode; other: ReactNode }) {
  return (
    <div className="mx-auto max-w-md">
      <div className="panel overflow-hidden">
        <DotWord className="w-full bg-brand px-6 py-3 text-on-brand" wave word="hello" />
        <div className="p-5 sm:p-7">
          <h1 className="mb-5 text-xl">{props.title}</h1>
          {props.children}
        </div>
      </div>
      <p className="py-5 text-center text-soft">{props.other}</p>
    </div>
  );
}
