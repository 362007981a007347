/** Why a section of a page is not there, in a sentence for people. */
export function sayFailure(reason: string): string {
  switch (reason) {
    case "deadline_exceeded":
      return "It took too long.";
    case "busy":
      return "Too many people look at once.";
    case "product_not_found":
      return "The product that its reviews belong to is not there any more.";
    default:
      return reason.endsWith("_unavailable")
        ? "A part of Throng cannot be reached just now."
        : "Something went wrong on our side.";
  }
}
