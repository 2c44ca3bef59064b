// @ts-check
/** Lint rules of this project: each names the bug that it prevents. */

/** True when the node is a call of `receiver.method` for one of the methods. */
const isCall = (
  /** @type {any} */ node,
  /** @type {RegExp} */ receiver,
  /** @type {RegExp} */ method,
) =>
  node?.type === 'CallExpression' &&
  node.callee.type === 'MemberExpression' &&
  node.callee.property.type === 'Identifier' &&
  method.test(node.callee.property.name) &&
  receiver.test(
    node.callee.object.type === 'MemberExpression'
      ? node.callee.object.property.name
      : (node.callee.object.name ?? ''),
  );

/** A notification stays until somebody clicks it: awaiting one without using its answer hangs the command. */
const noAwaitedNotification = {
  create(/** @type {any} */ context) {
    return {
      ExpressionStatement(/** @type {any} */ node) {
        if (
          node.expression.type === 'AwaitExpression' &&
          isCall(
            node.expression.argument,
            /^window$/u,
            /^show(?:Information|Warning|Error)Message$/u,
          )
        ) {
          context.report({
            node,
            message:
              'Do not await a notification whose answer is not used: the command would hang.',
          });
        }
      },
    };
  },
};

/** Settings read all over the code drift from their defaults and types. */
const noConfigurationOutsideSettings = {
  create(/** @type {any} */ context) {
    return /[\\/]host[\\/]ports[\\/]settings\.ts$|[\\/]test[\\/]/u.test(context.filename)
      ? {}
      : {
          CallExpression(/** @type {any} */ node) {
            if (isCall(node, /^workspace$/u, /^getConfiguration$/u)) {
              context.report({
                node,
                message: 'Read settings through src/host/ports/settings.ts.',
              });
            }
          },
        };
  },
};

/** Context keys are typed by the manifest; a misspelt one silently hides a menu. */
const noSetContextOutsideWrapper = {
  create(/** @type {any} */ context) {
    return /[\\/]host[\\/]ports[\\/]contextKeys\.ts$/u.test(context.filename)
      ? {}
      : {
          Literal(/** @type {any} */ node) {
            if (node.value === 'setContext') {
              context.report({
                node,
                message: 'Set context keys through src/host/ports/contextKeys.ts.',
              });
            }
          },
        };
  },
};

export default {
  rules: {
    'no-awaited-notification': noAwaitedNotification,
    'no-configuration-outside-settings': noConfigurationOutsideSettings,
    'no-set-context-outside-wrapper': noSetContextOutsideWrapper,
  },
};
