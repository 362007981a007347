import { useQuery } from "@connectrpc/connect-query";
import { skipToken } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Role } from "@throng/gen/throng/course/v1/assignment_pb";
import { CourseService } from "@throng/gen/throng/course/v1/course_pb";
import type { Instructor } from "@throng/gen/throng/course/v1/instructor_pb";
import { useState } from "react";
import { useSettled } from "../app/useSettled";
import { Button, buttonClass } from "../ui/Button";
import { Combobox } from "../ui/Combobox";
import { fullName, sayPost } from "./names";

interface AddTeacherProps {
  busy: boolean;
  /** Answers whether it is done. */
  onAssign(instructor: Instructor, role: Role): Promise<boolean>;
}

/** Finds an instructor and makes him one of the course. */
export function AddTeacher({ busy, onAssign }: AddTeacherProps) {
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState<Instructor>();
  const assign = async (role: Role) => {
    if (chosen && (await onAssign(chosen, role))) {
      setChosen(undefined);
      setWords("");
    }
  };
  return (
    <div className="flex flex-col gap-3 border-t border-line pt-4">
      <InstructorField
        onChoose={(instructor) => {
          setChosen(instructor);
          setWords(fullName(instructor));
        }}
        onWords={(next) => {
          setChosen(undefined);
          setWords(next);
        }}
        words={words}
      />
      <div className="flex flex-wrap gap-2">
        <Button busy={busy} disabled={!chosen} onClick={() => void assign(Role.PRIMARY)} size="small">
          Add as primary
        </Button>
        <Button
          busy={busy}
          disabled={!chosen}
          look="outline"
          onClick={() => void assign(Role.ASSISTANT)}
          size="small"
        >
          Add as assistant
        </Button>
        <Link className={buttonClass("quiet", "small")} to="/instructors/new">
          New instructor
        </Link>
      </div>
    </div>
  );
}

interface InstructorFieldProps {
  words: string;
  onWords(words: string): void;
  onChoose(instructor: Instructor): void;
}

function InstructorField({ words, onWords, onChoose }: InstructorFieldProps) {
  const [opened, setOpened] = useState(false);
  const settled = useSettled(words);
  const query = useQuery(CourseService.method.searchInstructors, opened ? { query: settled } : skipToken, {
    placeholderData: (before) => before,
  });
  const instructors = query.data?.instructors;
  return (
    <Combobox
      busy={query.isFetching || settled !== words.trim()}
      keyOf={({ id }) => id}
      label="Add an instructor"
      note={instructors?.length === 0 ? "Nobody is called like this." : ""}
      onChoose={onChoose}
      onOpen={() => setOpened(true)}
      onWords={onWords}
      options={instructors}
      placeholder="Name"
      words={words}
    >
      {(instructor) => (
        <>
          <bdi className="block font-semibold">{fullName(instructor)}</bdi>
          <bdi className="block text-sm opacity-80">{sayPost(instructor)}</bdi>
        </>
      )}
    </Combobox>
  );
}
