import { Component, createRef, type HTMLAttributes } from "react";

interface Place {
  postId: string;
  top: number;
}

/**
 * A list of posts that keeps the one under the reader's eyes where it is when
 * others come in above it. Browsers with scroll anchoring do that by themselves,
 * and better.
 */
export class Steady extends Component<HTMLAttributes<HTMLDivElement>> {
  readonly #list = createRef<HTMLDivElement>();

  override getSnapshotBeforeUpdate(): Place | null {
    if (CSS.supports("overflow-anchor", "auto") || window.scrollY === 0) {
      return null;
    }
    for (const post of this.#posts()) {
      const { top, bottom } = post.getBoundingClientRect();
      if (bottom > 0) {
        return { postId: post.dataset.post ?? "", top };
      }
    }
    return null;
  }

  override componentDidUpdate(_props: unknown, _state: unknown, before: Place | null) {
    const post = before && this.#posts().find((each) => each.dataset.post === before.postId);
    if (post) {
      window.scrollBy({ top: post.getBoundingClientRect().top - before.top, behavior: "instant" });
    }
  }

  override render() {
    return <div {...this.props} ref={this.#list} />;
  }

  #posts(): HTMLElement[] {
    return [...(this.#list.current?.querySelectorAll<HTMLElement>("[data-post]") ?? [])];
  }
}
