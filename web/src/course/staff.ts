// The pages that only organizers head for are fetched together.
export { EditCoursePage } from "./EditCoursePage";
export { EditInstructorPage } from "./EditInstructorPage";
export { NewCoursePage } from "./NewCoursePage";
export { NewInstructorPage } from "./NewInstructorPage";
