// @ts-check
import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { layers, withoutNode } from './scripts/layers.mjs';
import localRules from './scripts/lint/index.mjs';

const vscodeBan = {
  name: 'vscode',
  message: 'Only src/host and src/extension.ts may name vscode: take an AbortSignal and a port.',
};

/** Import bans of one layer, with the reason in the message. */
const boundary = (/** @type {string} */ layer, /** @type {readonly string[]} */ allowed) => {
  const banned = Object.keys(layers).filter((other) => other !== layer && !allowed.includes(other));
  return {
    files: [`src/${layer}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: layer === 'host' ? [] : [vscodeBan],
          patterns: [
            ...(banned.length === 0
              ? []
              : [
                  {
                    group: banned.flatMap((other) => [`**/${other}/**`]),
                    message: `The layer ${layer} may import only: ${['itself', ...allowed].join(', ')} (scripts/layers.mjs).`,
                  },
                ]),
            ...(withoutNode.includes(layer)
              ? [
                  {
                    group: ['node:*'],
                    message: `The layer ${layer} also runs in a browser: take a port instead of a Node module.`,
                  },
                ]
              : []),
          ],
        },
      ],
    },
  };
};

export default defineConfig(
  {
    ignores: ['dist/', 'out/', 'node_modules/', 'test-results/', 'test/fixtures/', '.vscode-test/'],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { local: localRules },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/prefer-nullish-coalescing': 'error',
      // The wire contracts are type aliases so that unions and single members read alike.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 12],
      'no-console': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
      'local/no-awaited-notification': 'error',
      'local/no-configuration-outside-settings': 'error',
      'local/no-set-context-outside-wrapper': 'error',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        performance: 'readonly',
        AbortSignal: 'readonly',
        AbortController: 'readonly',
        require: 'readonly',
        module: 'readonly',
        exports: 'readonly',
        __dirname: 'readonly',
      },
    },
  },
  ...Object.entries(layers).map(([layer, allowed]) => boundary(layer, allowed)),
  {
    files: ['src/host/**/*.ts', 'src/extension.ts'],
    rules: {
      // VS Code's own APIs are thenables and take void-returning listeners that are async by custom.
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { arguments: false } },
      ],
    },
  },
  {
    files: ['src/webview/**/*.ts'],
    ignores: ['src/webview/shared/scope.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'CallExpression[callee.property.name=/^(addEventListener|setTimeout|setInterval|requestAnimationFrame)$/], CallExpression[callee.name=/^(addEventListener|setTimeout|setInterval|requestAnimationFrame)$/], NewExpression[callee.name=/^(ResizeObserver|MutationObserver|IntersectionObserver|Worker)$/]',
          message:
            'Take it from the owner’s Scope (src/webview/shared/scope.ts), which ends it with its owner.',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[property.name="only"]',
          message: 'A focused test keeps the others from running.',
        },
      ],
    },
  },
  {
    files: ['test/simulator/main.ts', 'test/bench/**/*.ts', 'test/support/**/*Main.ts'],
    rules: { 'no-console': 'off' },
  },
);
