import { Role } from "@throng/gen/throng/course/v1/assignment_pb";
import { assign, type Community, employ, offer, receive } from "../../src/testing/community";
import { landscape } from "../png";

const people = [
  [
    "Margaret",
    "H",
    "Hamilton",
    "Ph.D.",
    "Director of Software Engineering",
    "Draper Laboratory",
    48_210n,
    491,
  ],
  ["Samira", "", "Nasser", "Professor", "Head of River Studies", "University of the Lowlands", 9_350n, 473],
  ["Jan", "", "de Vries", "", "Lock keeper", "Canal Authority", 12n, 0],
  ["ليلى", "", "حداد", "Dr.", "", "", 1_204n, 438],
] as const;

const courses = [
  ["RIV-101", "How rivers work", "Where the water comes from, where it goes, and who is in the way."],
  ["RIV-204", "Bridges: a history in twelve collapses", "Each week another one falls down, and we ask why."],
  ["BIO-7/A", "Bees, hives and honey", ""],
  ["MUS-12", "Field recording", "Ears first, microphones later."],
] as const;

const parts = [
  ["Rain", "Clouds, catchments, and why the flood comes a day after the storm."],
  ["Bends", "A straight river is a river in a hurry.\n\nExcursion: the old mill, boots needed."],
  ["Locks, weirs and other furniture", ""],
] as const;

/** Courses as a visitor would like to find them, one with everything. */
export function seedCourses(community: Community): void {
  const pictureId = community.nextId();
  receive(community, pictureId, new Uint8Array(landscape(320, 320, 2)), "image/png");
  const teachers = people.map(
    ([firstName, middleInitial, lastName, academicTitle, title, organization, learners, average], index) => {
      const picture = index === 0 ? community.media.get(pictureId) : undefined;
      return employ(community, {
        firstName,
        middleInitial,
        lastName,
        academicTitle,
        title,
        organization,
        learners,
        averageRatingHundredths: average,
        ratings: average > 0 ? learners / 12n : 0n,
        ...(picture && { picture }),
      });
    },
  );
  const boots = [...community.products.values()].find(({ key }) => key === "boots-41");
  const offered = courses.map(([number, title, text], index) =>
    offer(
      community,
      { number, title, text, productId: index === 0 ? (boots?.id ?? "") : "" },
      index === 0 ? { sections: parts.map(([title, text]) => ({ title, text })) } : {},
    ),
  );
  for (const [index, teacher] of teachers.entries()) {
    assign(community, {
      courseId: offered[0]?.course.id ?? "",
      instructorId: teacher.id,
      role: index === 0 ? Role.PRIMARY : Role.ASSISTANT,
      replace: false,
    });
  }
}
