/** Colours of the editor's theme for what is drawn on a canvas; style sheets use the variables directly. */
import type { Scope } from '../shared/scope.ts';

export interface ThemeColours {
  readonly background: string;
  readonly foreground: string;
  readonly muted: string;
  readonly border: string;
  readonly focus: string;
  readonly playhead: string;
  readonly agent: string;
  readonly customer: string;
  readonly system: string;
  readonly hold: string;
  readonly wrapUp: string;
  readonly warning: string;
  readonly positive: string;
  readonly negative: string;
  readonly topic: string;
  readonly tooltipBackground: string;
  readonly tooltipForeground: string;
  readonly isHighContrast: boolean;
  readonly fontFamily: string;
}

export function readThemeColours(): ThemeColours {
  const style = getComputedStyle(document.documentElement);
  const read = (names: readonly string[], fallback: string): string =>
    names.map((name) => style.getPropertyValue(`--vscode-${name}`).trim()).find(Boolean) ??
    fallback;
  const foreground = read(['foreground', 'editor-foreground'], '#888888');
  return {
    background: read(['editor-background'], '#1e1e1e'),
    foreground,
    muted: read(['descriptionForeground'], foreground),
    border: read(['contrastBorder', 'panel-border', 'editorWidget-border'], '#80808059'),
    focus: read(['focusBorder'], '#0078d4'),
    playhead: read(['editorCursor-foreground', 'foreground'], foreground),
    agent: read(['charts-blue'], '#3794ff'),
    // No chart colour: VS Code's orange of charts is half transparent, a dark brown on dark themes.
    customer: read(['symbolIcon-classForeground'], '#ee9d28'),
    system: read(['charts-purple'], '#b180d7'),
    hold: read(['charts-yellow'], '#cca700'),
    wrapUp: read(['charts-green'], '#89d185'),
    warning: read(['editorWarning-foreground', 'charts-yellow'], '#cca700'),
    positive: read(['charts-green', 'testing-iconPassed'], '#89d185'),
    negative: read(['charts-red', 'errorForeground'], '#f14c4c'),
    topic: read(['charts-purple'], '#b180d7'),
    tooltipBackground: read(['editorHoverWidget-background', 'editorWidget-background'], '#252526'),
    tooltipForeground: read(['editorHoverWidget-foreground', 'foreground'], foreground),
    isHighContrast: /\bvscode-high-contrast/u.test(document.body.className),
    fontFamily: read(['font-family'], 'sans-serif'),
  };
}

/** Calls `listener` when the person chooses another theme: VS Code then changes the body's class and the root's variables. */
export function observeTheme(scope: Scope, listener: () => void): void {
  scope.observeAttributes(document.body, ['class', 'data-vscode-theme-id'], listener);
  scope.observeAttributes(document.documentElement, ['style', 'class'], listener);
}
