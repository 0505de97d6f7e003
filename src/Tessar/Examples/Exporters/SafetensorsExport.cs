using Tessar.Examples.Importers;
using Tessar.Tensors;

namespace Tessar.Examples.Exporters;

/// <summary>
/// safetensors: each column is a tensor whose first dimension counts the rows; pictures as U8 [rows, height, width, channels].
/// </summary>
[ExportFormat("safetensors", ".safetensors")]
internal sealed class SafetensorsExport : ExportFormat
{
    /// <inheritdoc/>
    public override void Write(ExportJob job, StoreSplit split, string path)
    {
        ExampleStore store = job.Store;
        var writer = new SafetensorsWriter();
        foreach ((string key, string value) in job.MarksOf(split).ToEntries())
            writer.Metadata.Add(key, value);
        bool isFirst = true;
        foreach (StoreColumn column in store.Manifest.Columns)
        {
            if (column.Kind is ColumnKind.Bytes or ColumnKind.Utf8 or ColumnKind.Json)
                throw CannotHold(column, "its values have sizes of their own");
            if (column.Kind == ColumnKind.Image && column.ImageShape is null)
                throw CannotHold(column, "its pictures have sizes of their own (an import can bring them to one)");
            bool counts = isFirst;
            isFirst = false;
            long[] shape = [
                split.Count,
                .. (column.ImageShape is { } image ? [image.Height, image.Width, image.Channels] : column.Shape)
                .Select(size => (long)size)
            ];
            writer.Add(column.Name, column.Type, shape, stream =>
            {
                for (long row = 0; row < split.Count; row++)
                {
                    stream.Write(store.Value(column, split.First + row));
                    if (counts)
                        job.CountRow();
                }
            });
        }

        if (store.HasIds)
        {
            writer.Add(ColumnChoice.IdName, ElementType.I64, [split.Count], stream =>
            {
                for (long row = 0; row < split.Count; row++)
                    stream.Write(BitConverter.GetBytes(store.IdOf(split.First + row)));
            });
        }

        job.WriteFile(path, writer.SaveTo);
    }
}
