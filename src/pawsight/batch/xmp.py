"""XMP sidecars: what a photo shows, in a file next to it that digiKam, Lightroom, darktable and others read.

Dublin Core's subject is what all of them show as keywords (XMP specification, ISO 16684-1); the photo is never touched.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

ENDING = ".xmp"
_SIDECAR = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:digiKam="http://www.digikam.org/ns/1.0/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/">
   <xmp:Label>{word}</xmp:Label>
   <dc:subject><rdf:Bag><rdf:li>{word}</rdf:li></rdf:Bag></dc:subject>
   <digiKam:TagsList><rdf:Seq><rdf:li>Pawsight/{word}</rdf:li></rdf:Seq></digiKam:TagsList>
   <lr:hierarchicalSubject><rdf:Bag><rdf:li>Pawsight|{word}</rdf:li></rdf:Bag></lr:hierarchicalSubject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""


def sidecar(word: str) -> str:
    """The text of a sidecar that names one word as keyword, label and tag."""
    return _SIDECAR.format(word=escape(word))
