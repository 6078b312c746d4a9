import type { RgbImage } from "@glissade/core";
import { useEffect, useEffectEvent, useState } from "react";
import { Button, DropZone, FileTrigger, Text } from "react-aria-components";
import { imageFromFile } from "../images/dropped-image.ts";
import { imageSide } from "./image-side.ts";

/** An image of one's own: chosen, dropped or pasted. */
export function ImageChooser({ onImage }: { readonly onImage: (image: RgbImage) => void }) {
  const [error, setError] = useState<Error>();
  const read = async (file: File | undefined) => {
    if (!file) return;
    try {
      const image = await imageFromFile(file, imageSide);
      setError(undefined);
      onImage(image);
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  };
  const paste = useEffectEvent((event: ClipboardEvent) => {
    const file = [...(event.clipboardData?.files ?? [])].at(0);
    if (!file) return; // text goes where it belongs
    event.preventDefault();
    void read(file);
  });
  useEffect(() => {
    const listener = (event: ClipboardEvent) => paste(event);
    document.addEventListener("paste", listener);
    return () => document.removeEventListener("paste", listener);
  }, []);
  return (
    <DropZone
      className="drop-zone"
      onDrop={async ({ items }) => {
        const item = items.find(({ kind }) => kind === "file");
        if (item?.kind === "file") await read(await item.getFile());
      }}
    >
      <Text slot="label">Drop an image here, paste one, or</Text>
      <FileTrigger acceptedFileTypes={["image/*"]} onSelect={(files) => void read(files?.[0])}>
        <Button className="secondary">Load an image</Button>
      </FileTrigger>
      {error && (
        <p className="notice error" role="alert">
          {error.message}
        </p>
      )}
    </DropZone>
  );
}
