import { Code } from "@connectrpc/connect";
import { type FieldViolation, faultOf, fieldViolations } from "@throng/sdk";

/** What each stable reason means to people; the rest is said by its code. */
const reasons: Record<string, string> = {
  wrong_login: "No account has this name and password together.",
  wrong_password: "That is not your present password.",
  handle_taken: "This handle is taken. Try another.",
  email_taken: "There is an account with this address already.",
  follow_limit: "You follow 10,000 people. Unfollow some before you follow more.",
  blocked: "One of you has blocked the other.",
  media_not_ready: "A picture has not arrived yet. Take it out and add it again.",
  idempotency_key_reused: "This was sent before, with other words. Send it again.",
  not_joined: "Join the campaign first.",
  campaign_not_started: "The campaign has not started yet.",
  campaign_started: "The campaign has started: its rules, time zone and start stay as they are.",
  campaign_ended: "The campaign is over.",
  window: "The start comes first, then the freeze if there is one, then the end, a year later at most.",
  not_organizer: "Only who runs this campaign may do that.",
  team_name_taken: "Another team of this campaign has this name. Try another.",
  team_full: "This team is full.",
  team_needed: "Here only members of a team may check in. Join one, or make one.",
  too_many_teams: "You are in as many teams as one may be here. Leave one first.",
  captain_must_hand_over: "You are the captain. Make another member captain before you leave.",
  not_captain: "Only the captain may hand the team over.",
  not_member: "Only a member of the team can become its captain.",
  already_reviewed: "You have reviewed this product already. Delete that review before you write another.",
  characteristic_unknown: "The product has changed. Load the page again.",
  own_review: "This review is your own.",
  not_author: "Only who wrote it may do that.",
  product_differs: "Another product has this key.",
  daily_check_ins: "You have checked in as often as one may on this day of the campaign.",
};

/** An error in a sentence for people. */
export function sayFault(thrown: unknown): string {
  const { code, reason, message, retryAfterMs } = faultOf(thrown);
  const known = reasons[reason];
  if (known) {
    return known;
  }
  switch (code) {
    case Code.Unavailable:
    case Code.DeadlineExceeded:
      return "Throng cannot be reached just now.";
    case Code.ResourceExhausted:
      return `That is too much at once. Try again ${soon(retryAfterMs)}.`;
    case Code.Unauthenticated:
      return "Sign in to do this.";
    case Code.Internal:
    case Code.Unknown:
    case Code.DataLoss:
      return "Something went wrong on our side.";
    default:
      return sentence(message);
  }
}

/** Broken input rules by field, in names of the contract; the first of each. */
export function sayViolations(thrown: unknown): Record<string, string> {
  return byField(fieldViolations(thrown));
}

export function byField(violations: FieldViolation[]): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const violation of violations) {
    const field = violation.field.replace(/\[.*/, "");
    texts[field] ??= sayViolation(violation);
  }
  return texts;
}

/** What rules mean where their own words would be those of programmers. */
const rules: Record<string, string> = {
  "email string.email": "This is not an e-mail address.",
  "email string.email_empty": "Enter your e-mail address.",
  "handle string.pattern": "3 to 30 letters, digits or _.",
  "login string.min_len": "Enter your handle or e-mail address.",
  "display_name string.pattern": "A name has no line breaks or control characters.",
  "title string.pattern": "Fill this in.",
  "name string.pattern": "2 to 40 characters, without line breaks.",
  "tag string.pattern": "2 to 40 of a to z, 0 to 9 and _.",
  "time_zone string.pattern": "A time zone such as Europe/Berlin.",
  "starts_at required": "Say when it starts.",
  "ends_at required": "Say when it ends.",
  "rating int32.gte_lte": "Choose 1 to 5 stars.",
  "body string.pattern": "Fill this in.",
  "key string.pattern": "1 to 64 characters without blanks.",
  "number string.pattern": "1 to 32 of A-Z, 0-9 and . _ / -, a letter or a digit first.",
  "syllabus.sections[].title string.min_len": "Give each section a title.",
  "average_rating_hundredths int32.gte_lte": "0 to 5, with two decimals at most.",
  "characteristics[].name string.min_len": "Give each a name.",
  "characteristics[].labels[] string.min_len": "Fill in all five labels, or none.",
};

function sayViolation(violation: FieldViolation): string {
  const known = rules[`${violation.field.replace(/\[\d+\]/g, "[]")} ${violation.ruleId}`];
  if (known) {
    return known;
  }
  if (violation.ruleId === "string.not_contains") {
    return "This has a character that cannot be kept.";
  }
  const { message } = violation;
  const most = /at most (\d+) char/.exec(message)?.[1];
  if (most) {
    return `At most ${Number(most).toLocaleString()} characters.`;
  }
  return /at least 1 char/.test(message) ? "Fill this in." : sentence(message);
}

function soon(ms: number | undefined): string {
  if (ms === undefined) {
    return "in a while";
  }
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  return seconds < 90 ? `in ${seconds} s` : `in ${Math.ceil(seconds / 60)} minutes`;
}

function sentence(text: string): string {
  const trimmed = text.trim() || "That did not work.";
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1) + (/[.!?…]$/.test(trimmed) ? "" : ".");
}
