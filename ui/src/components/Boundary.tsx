import { Component, type ReactNode } from "react";
import { notLoaded } from "../api/problem";
import { ErrorNotice } from "./Notices";

/** What goes wrong in one part of a page leaves the others. */
export class Boundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return <ErrorNotice error={notLoaded(this.state.error)} onRetry={() => location.reload()} />;
  }
}
