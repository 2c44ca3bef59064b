/** Base of the page's elements: a Lit element whose listeners, frames and subscriptions live while it is connected. */
import { LitElement } from 'lit';
import { Scope } from './scope.ts';

export abstract class ScopedElement extends LitElement {
  private current = new Scope();

  /** Ends when the element leaves the page; a fresh one begins when it comes back. */
  protected get scope(): Scope {
    return this.current;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.current.signal.aborted) {
      this.current = new Scope();
    }
    this.onConnect(this.current);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.current.dispose();
  }

  /** Subscribes to what the element needs, each through the scope. Called whenever the element enters the page. */
  protected abstract onConnect(scope: Scope): void;
}
