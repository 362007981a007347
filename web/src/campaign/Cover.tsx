import type { Campaign } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { useServices } from "../app/services";
import { DotBand } from "../ui/Mark";
import { lookOf } from "../user/Avatar";

/** The picture of a campaign, or its tag in dots. The title stands beside it. */
export function Cover({ campaign, className }: { campaign: Campaign; className: string }) {
  const { throng } = useServices();
  const { cover, tag } = campaign;
  if (!cover) {
    return <DotBand className={`${className} ${lookOf(tag)}`} start={3} word={tag} />;
  }
  return (
    <img
      alt=""
      className={`${className} bg-line object-cover`}
      decoding="async"
      height={cover.height || undefined}
      src={throng.resolve(cover.url)}
      width={cover.width || undefined}
    />
  );
}
