import { Button } from "react-aria-components";
import type { Editing } from "./use-edit-history.ts";

export function UndoButtons<Value>({ editing }: { readonly editing: Editing<Value> }) {
  return (
    <>
      <Button className="secondary" isDisabled={editing.past.length === 0} onPress={editing.undo}>
        Undo
      </Button>
      <Button className="secondary" isDisabled={editing.future.length === 0} onPress={editing.redo}>
        Redo
      </Button>
    </>
  );
}
