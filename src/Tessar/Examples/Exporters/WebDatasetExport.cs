using System.Formats.Tar;
using System.Globalization;
using System.Text;
using Tessar.Examples.Importers.Parsing;
using Tessar.Examples.Storage;
using Tessar.Tensors;

namespace Tessar.Examples.Exporters;

/// <summary>
/// WebDataset: for each row 000000000.png, .cls, and the other columns as .NAME.npy, .NAME.bin, .NAME.txt, .NAME.json.
/// </summary>
[ExportFormat("webdataset", ".tar", HasShards = true)]
internal sealed class WebDatasetExport : ExportFormat
{
    private const int Block = 512;

    /// <inheritdoc/>
    public override void Write(ExportJob job, StoreSplit split, string path)
    {
        if (job.Store.Manifest.Columns.FirstOrDefault(column => column.Name.Contains('/', StringComparison.Ordinal)) is { } wrong)
            throw CannotHold(wrong, "its name would be a folder");
        long row = 0;
        int shard = 0;
        do
        {
            string file = job.Options.ShardBytes is null ? path
                : $"{path[..^Extension.Length]}-{shard++.ToString("D6", CultureInfo.InvariantCulture)}{Extension}";
            job.WriteFile(file, stream => row = WriteShard(job, split, row, stream));
        }
        while (row < split.Count);
    }

    /// <summary>Writes rows until the split or the shard ends; at least one.</summary>
    /// <returns>The next row within the split.</returns>
    private static long WriteShard(ExportJob job, StoreSplit split, long row, Stream stream)
    {
        using var tar = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true);
        var marks = new Dictionary<string, string>(job.MarksOf(split).ToEntries(), StringComparer.Ordinal);
        if (job.Store.HasIds)
            marks.Add(StoreMarks.IdsKey, "true");
        tar.WriteEntry(new PaxGlobalExtendedAttributesTarEntry(marks));
        long bytes = 0, most = job.Options.ShardBytes ?? long.MaxValue;
        for (; row < split.Count && bytes < most; row++)
        {
            string key = job.Store.HasIds
                ? job.Store.IdOf(split.First + row).ToString("D20", CultureInfo.InvariantCulture)
                : row.ToString("D9", CultureInfo.InvariantCulture);
            foreach (StoreColumn column in job.Store.Manifest.Columns)
            {
                (string field, byte[] content) = FieldOf(job, column, split.First + row);
                var entry = new UstarTarEntry(TarEntryType.RegularFile, $"{key}.{field}")
                {
                    DataStream = new MemoryStream(content),
                    ModificationTime = DateTimeOffset.UnixEpoch,
                };
                tar.WriteEntry(entry);
                bytes += Block + content.Length;
            }

            job.CountRow();
        }

        return row;
    }

    private static (string Field, byte[] Content) FieldOf(ExportJob job, StoreColumn column, long row)
    {
        if (column.Kind == ColumnKind.Image)
        {
            (ImageCodec codec, byte[] file) = job.ImageFile(column, row);
            string ending = codec == ImageCodec.Jpeg ? "jpg" : "png";
            return (column.Name == StoreRules.Image ? ending : $"{column.Name}.{ending}", file);
        }

        byte[] value = job.Store.Value(column, row);
        return column.Kind switch
        {
            _ when column.Name == StoreRules.Label =>
                ("cls", Encoding.ASCII.GetBytes(BitConverter.ToInt32(value).ToString(CultureInfo.InvariantCulture))),
            ColumnKind.Bytes => ($"{column.Name}.bin", value),
            ColumnKind.Utf8 => ($"{column.Name}.txt", value),
            ColumnKind.Json => ($"{column.Name}.json", value),
            _ => ($"{column.Name}.npy", Npy(column, value)),
        };
    }

    /// <summary>A NumPy array, version 1, whose numbers begin at a multiple of 64.</summary>
    private static byte[] Npy(StoreColumn column, byte[] value)
    {
        string type = column.Type switch
        {
            ElementType.U8 => "|u1",
            ElementType.I32 => "<i4",
            ElementType.I64 => "<i8",
            ElementType.F32 => "<f4",
            _ => "<f8",
        };
        string shape = string.Concat(column.Shape.Select(size => size.ToString(CultureInfo.InvariantCulture) + ", "));
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({shape}), }}";
        const int Prefix = 10, Alignment = 64;
        header = header.PadRight(((Prefix + header.Length + Alignment) / Alignment * Alignment) - Prefix - 1) + "\n";
        return [
            .. NpyHeader.Mark,
            1,
            0,
            .. BitConverter.GetBytes((ushort)header.Length),
            .. Encoding.ASCII.GetBytes(header),
            .. value
        ];
    }
}
