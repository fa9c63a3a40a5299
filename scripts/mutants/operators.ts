import ts from "typescript";

/** One small change of one file: the text from `start` to `end` is replaced by `replacement`. */
export interface Mutant {
  readonly file: string;
  readonly line: number;
  /** For the report: the operator's name and the original code. */
  readonly what: string;
  /** The whole line of the file, trimmed: with `file` and `what` it names this mutant, wherever the line moves. */
  readonly code: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

type Change = { readonly start: number; readonly end: number; readonly replacement: string };
type Operator = (node: ts.Node, text: string) => Change | undefined;

const SHOWN = 90;
/** Statements without an effect on results: logging, checkpoints and wake signals. */
const TELLS_ONLY = /^(await )?[\w.]*(logger\.|checkpoint\(|onMessages\(|wake)/;
/** Query methods that an operator removes. */
const QUERY_STEPS = new Set(["where", "forUpdate", "skipLocked", "onConflict", "orderBy"]);
const COMPARISONS: Readonly<Record<string, string>> = { "<": "<=", "<=": "<", ">": ">=", ">=": ">" };
const OPPOSITES: Readonly<Record<string, string>> = {
  "===": "!==",
  "!==": "===",
  "&&": "||",
  "||": "&&",
  "-": "+",
  "*": "/",
};

/** All mutants of this file. The file is only parsed, never run. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lines = text.split("\n");
  const found: Mutant[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    for (const [name, operator] of Object.entries(operators)) {
      const change = operator(node, text);
      if (!change) continue;
      const line = source.getLineAndCharacterOfPosition(change.start).line + 1;
      const code = (lines[line - 1] ?? "").trim();
      const before = text.slice(change.start, change.end).replace(/\s+/g, " ").slice(0, SHOWN);
      found.push({ file, line, what: `${name}: ${before}`, code, ...change });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const operators: Readonly<Record<string, Operator>> = {
  "guard dropped": (node) => {
    if (!ts.isIfStatement(node) || node.elseStatement || onlyTells(node)) return undefined;
    return { start: node.expression.getStart(), end: node.expression.end, replacement: "false as boolean" };
  },
  "condition turned": (node, text) => {
    const condition = conditionOf(node);
    if (!condition) return undefined;
    const { start, end } = span(condition);
    return { start, end, replacement: `!(${text.slice(start, end)})` };
  },
  "bound moved": (node) => swapped(node, COMPARISONS),
  "operator swapped": (node) => swapped(node, OPPOSITES),
  "query step dropped": (node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
    if (!QUERY_STEPS.has(node.expression.name.text)) return undefined;
    return { start: node.expression.expression.end, end: node.end, replacement: "" };
  },
  "statement dropped": (node, text) => {
    if (!ts.isExpressionStatement(node)) return undefined;
    const call = ts.isAwaitExpression(node.expression) ? node.expression.expression : node.expression;
    const { start, end } = span(node);
    if (!ts.isCallExpression(call) || TELLS_ONLY.test(text.slice(start, end))) return undefined;
    return { start, end, replacement: ";" };
  },
  "flag turned": (node) => {
    const isFlag = node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword;
    if (!isFlag || ts.isLiteralTypeNode(node.parent)) return undefined;
    return { ...span(node), replacement: node.kind === ts.SyntaxKind.TrueKeyword ? "false" : "true" };
  },
  "time shortened": (node, text) => {
    if (!ts.isVariableDeclaration(node) || !isTime(node) || !node.initializer) return undefined;
    const { start, end } = span(node.initializer);
    return { start, end, replacement: `(${text.slice(start, end)}) / 1000` };
  },
  "SQL lock or condition dropped": (node, text) => {
    if (!ts.isTemplateLiteralToken(node)) return undefined;
    const { start, end } = span(node);
    const found = / FOR UPDATE| SKIP LOCKED| AND NOT | AND /.exec(text.slice(start, end));
    if (!found) return undefined;
    const at = start + found.index;
    const replacement = found[0].startsWith(" AND") ? found[0].replace("AND", "OR") : "";
    return { start: at, end: at + found[0].length, replacement };
  },
};

function span(node: ts.Node): { start: number; end: number } {
  return { start: node.getStart(), end: node.end };
}

/** The condition of a conditional expression; conditions of if statements have an operator of their own. */
function conditionOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isConditionalExpression(node)) return node.condition;
  return ts.isIfStatement(node) && !onlyTells(node) ? node.expression : undefined;
}

/** A guard of nothing but a log line or a wake signal. What waits for the signal is found by the next look, too. */
function onlyTells({ thenStatement, elseStatement }: ts.IfStatement): boolean {
  return !elseStatement && TELLS_ONLY.test(thenStatement.getText());
}

function swapped(node: ts.Node, by: Readonly<Record<string, string>>): Change | undefined {
  if (!ts.isBinaryExpression(node) || isOfTime(node)) return undefined;
  const replacement = by[node.operatorToken.getText()];
  return replacement === undefined ? undefined : { ...span(node.operatorToken), replacement };
}

/** Inside of `const X_MS = 60 * 60 * 1000`: "time shortened" breaks it already, and once is enough. */
function isOfTime(node: ts.Node): boolean {
  if (ts.isBinaryExpression(node.parent)) return isOfTime(node.parent);
  return ts.isVariableDeclaration(node.parent) && isTime(node.parent);
}

function isTime(node: ts.VariableDeclaration): boolean {
  return /_MS$/.test(node.name.getText());
}
