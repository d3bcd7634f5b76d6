"""Photos and scans: opened, bounded before they are drawn, and written anew without what the camera wrote beside them.

Drawing anew takes away the place, the owner, thumbnails and whatever was appended; a photo keeps its own quantisation
tables, so that next to nothing of the picture is lost. Which way is up and when it was taken stay.
"""

from __future__ import annotations

import io
import struct
from typing import Any

from PIL import ExifTags, Image, JpegImagePlugin, UnidentifiedImageError

from cases.uploads.refusing import lying, refused

MOST_PIXELS = 50_000_000
BOMB_PIXELS = 10_000_000  # above these, a picture that says next to nothing is there to fill the memory
BOMB_RATIO = 300
MOST_SCANS = 40  # of a progressive JPEG; cameras and programs write about ten
FAULTS = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError, struct.error)
ORIENTATION, TAKEN = ExifTags.Base.Orientation, ExifTags.Base.DateTimeOriginal


def redrawn(content: bytes, ending: str, *, keep_location: bool) -> bytes:
    """The picture as it is stored; raises Invalid (422) for one that is damaged, too large or no picture.

    ``keep_location`` keeps everything that the camera wrote (EXIF), for editions that want the place as proof.
    """
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
            _bound(image, content)
            image.load()
            return _written(image, keep_location)
    except UnidentifiedImageError as error:
        raise lying(ending) from error
    except (Image.DecompressionBombError, MemoryError) as error:
        raise refused("image_too_large") from error
    except FAULTS as error:
        raise refused("damaged") from error


def _bound(image: Image.Image, content: bytes) -> None:
    """Look at the header before a single pixel is drawn."""
    pixels = image.width * image.height
    drawn = pixels * len(image.getbands())
    if pixels > MOST_PIXELS or (pixels > BOMB_PIXELS and image.mode != "1" and drawn > BOMB_RATIO * len(content)):
        raise refused("image_too_large")
    if image.format != "PNG" and content.count(b"\xff\xda") > MOST_SCANS:
        raise refused("damaged")


def _written(image: Image.Image, keep_location: bool) -> bytes:
    buffer = io.BytesIO()
    options: dict[str, Any] = {name: image.info[name] for name in ("icc_profile", "dpi") if image.info.get(name)}
    options["exif"] = image.info.get("exif", b"") if keep_location else _harmless(image)
    image.info = {name: image.info[name] for name in ("transparency",) if name in image.info}
    if image.format == "PNG":
        image.save(buffer, "PNG", **options)
        return buffer.getvalue()
    tables: Any = getattr(image, "quantization", None)
    sampling = JpegImagePlugin.get_sampling(image)
    image.save(buffer, "JPEG", qtables=tables, subsampling=sampling, **options)
    return buffer.getvalue()


def _harmless(image: Image.Image) -> bytes:
    """Which way is up and when it was taken: what a reader needs of the camera's words."""
    kept = Image.Exif()
    try:
        exif = image.getexif()
        way_up, taken = exif.get(ORIENTATION), exif.get_ifd(ExifTags.IFD.Exif).get(TAKEN)
        if way_up in range(1, 9):
            kept[ORIENTATION] = way_up
        if isinstance(taken, str) and len(taken) < 30:
            kept.get_ifd(ExifTags.IFD.Exif)[TAKEN] = taken
        return kept.tobytes() if way_up or taken else b""
    except FAULTS:
        return b""
