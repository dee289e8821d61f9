import adobeKorea0 from "pdfjs-dist/cmaps/Adobe-Korea1-0.bcmap" with { type: "file" };
import adobeKorea1 from "pdfjs-dist/cmaps/Adobe-Korea1-1.bcmap" with { type: "file" };
import adobeKorea2 from "pdfjs-dist/cmaps/Adobe-Korea1-2.bcmap" with { type: "file" };
import adobeKoreaUcs2 from "pdfjs-dist/cmaps/Adobe-Korea1-UCS2.bcmap" with { type: "file" };
import kscEucH from "pdfjs-dist/cmaps/KSC-EUC-H.bcmap" with { type: "file" };
import kscEucV from "pdfjs-dist/cmaps/KSC-EUC-V.bcmap" with { type: "file" };
import kscH from "pdfjs-dist/cmaps/KSC-H.bcmap" with { type: "file" };
import kscJohabH from "pdfjs-dist/cmaps/KSC-Johab-H.bcmap" with { type: "file" };
import kscJohabV from "pdfjs-dist/cmaps/KSC-Johab-V.bcmap" with { type: "file" };
import kscV from "pdfjs-dist/cmaps/KSC-V.bcmap" with { type: "file" };
import kscMsUhcH from "pdfjs-dist/cmaps/KSCms-UHC-H.bcmap" with { type: "file" };
import kscMsUhcHwH from "pdfjs-dist/cmaps/KSCms-UHC-HW-H.bcmap" with { type: "file" };
import kscMsUhcHwV from "pdfjs-dist/cmaps/KSCms-UHC-HW-V.bcmap" with { type: "file" };
import kscMsUhcV from "pdfjs-dist/cmaps/KSCms-UHC-V.bcmap" with { type: "file" };
import kscPcEucH from "pdfjs-dist/cmaps/KSCpc-EUC-H.bcmap" with { type: "file" };
import kscPcEucV from "pdfjs-dist/cmaps/KSCpc-EUC-V.bcmap" with { type: "file" };
import uniKsUcs2H from "pdfjs-dist/cmaps/UniKS-UCS2-H.bcmap" with { type: "file" };
import uniKsUcs2V from "pdfjs-dist/cmaps/UniKS-UCS2-V.bcmap" with { type: "file" };
import uniKsUtf8H from "pdfjs-dist/cmaps/UniKS-UTF8-H.bcmap" with { type: "file" };
import uniKsUtf8V from "pdfjs-dist/cmaps/UniKS-UTF8-V.bcmap" with { type: "file" };
import uniKsUtf16H from "pdfjs-dist/cmaps/UniKS-UTF16-H.bcmap" with { type: "file" };
import uniKsUtf16V from "pdfjs-dist/cmaps/UniKS-UTF16-V.bcmap" with { type: "file" };
import uniKsUtf32H from "pdfjs-dist/cmaps/UniKS-UTF32-H.bcmap" with { type: "file" };
import uniKsUtf32V from "pdfjs-dist/cmaps/UniKS-UTF32-V.bcmap" with { type: "file" };

/** Maps a name to the embedded file. The name comes from the PDF, so any other is refused. */
const KOREAN: ReadonlyMap<string, string> = new Map([
  ["Adobe-Korea1-0", adobeKorea0],
  ["Adobe-Korea1-1", adobeKorea1],
  ["Adobe-Korea1-2", adobeKorea2],
  ["Adobe-Korea1-UCS2", adobeKoreaUcs2],
  ["KSC-EUC-H", kscEucH],
  ["KSC-EUC-V", kscEucV],
  ["KSC-H", kscH],
  ["KSC-Johab-H", kscJohabH],
  ["KSC-Johab-V", kscJohabV],
  ["KSC-V", kscV],
  ["KSCms-UHC-H", kscMsUhcH],
  ["KSCms-UHC-HW-H", kscMsUhcHwH],
  ["KSCms-UHC-HW-V", kscMsUhcHwV],
  ["KSCms-UHC-V", kscMsUhcV],
  ["KSCpc-EUC-H", kscPcEucH],
  ["KSCpc-EUC-V", kscPcEucV],
  ["UniKS-UCS2-H", uniKsUcs2H],
  ["UniKS-UCS2-V", uniKsUcs2V],
  ["UniKS-UTF8-H", uniKsUtf8H],
  ["UniKS-UTF8-V", uniKsUtf8V],
  ["UniKS-UTF16-H", uniKsUtf16H],
  ["UniKS-UTF16-V", uniKsUtf16V],
  ["UniKS-UTF32-H", uniKsUtf32H],
  ["UniKS-UTF32-V", uniKsUtf32V],
]);

/**
 * The source of character maps for pdf.js. Korean office programs write PDFs whose fonts name such a map instead of
 * embedding their own. Without it their text is empty, and nothing reports it. pdf.js asks for files that it calls
 * `NAME.bcmap`.
 */
export class KoreanMaps {
  async fetch({ filename }: { readonly filename: string }): Promise<Uint8Array> {
    const file = KOREAN.get(filename.replace(/\.bcmap$/, ""));
    if (file === undefined) throw new Error("no such character map");
    return Bun.file(file).bytes();
  }
}
