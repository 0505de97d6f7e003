using System.Buffers.Binary;
using System.Globalization;
using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;
using Tessar.Examples.Storage;
using Tessar.Tensors;

namespace Tessar.Examples.Importers;

/// <summary>Writes a store from tables: chooses rows and columns, looks through them, then writes.</summary>
internal static class StoreBuilder
{
    private const int RowsAtOnce = 128;

    /// <summary>Writes the store.</summary>
    /// <returns>Its identity.</returns>
    public static string Build(
        string path, string kind, IReadOnlyList<SourceTable> all, LeftOut leftOut, ImportOptions options,
        IProgress<ImportProgress>? progress,
        CancellationToken cancellation)
    {
        IReadOnlyList<SourceTable> tables = ChosenColumns.Of(all, options, out IReadOnlyList<UnreadColumn> unread);
        JoinedTable.CheckColumns(tables);
        IReadOnlyList<RowSelection> selections = SplitPlan.Make(tables, options);
        var plan = StorePlan.Make(selections, options, progress, cancellation);
        long total = selections.Sum(selection => selection.Count), done = 0;
        if (plan.Columns.Count == 0)
            throw SourceFile.Refuse(tables[0].Name, null, "at least one column", "none");
        using ExampleStoreWriter writer = Create(path, tables[0].Name, options, new StoreLayout
        {
            Columns = [.. plan.Columns.Select(maker => maker.Column)],
            Splits = [.. selections.Select(selection => new StoreSplit(selection.Split, 0, selection.Count))],
            Classes = plan.Classes,
            HasIds = plan.Id >= 0,
            PageSize = options.PageSize,
        });
        foreach (RowSelection selection in selections)
        {
            long before = done;
            bool[] wanted = [.. selection.Table.Columns.Select(_ => true)];
            foreach ((long Index, SourceRow Row)[] rows in selection.Rows(wanted).Chunk(RowsAtOnce))
            {
                cancellation.ThrowIfCancellationRequested();
                StoreValue[][] values = MakeAll(plan, selection.Table, rows, cancellation);
                for (int i = 0; i < rows.Length; i++)
                    Append(
                        writer, values[i], plan.Id < 0 ? null : IdOf(selection.Table, rows[i].Row, rows[i].Index, plan.Id),
                        rows[i].Row);
                done += rows.Length;
                progress?.Report(new ImportProgress(done, total));
            }

            if (done - before != selection.Count)
                throw SourceFile.Refuse(
                    selection.Table.Name, null, $"{selection.Count} rows, as counted before", $"{done - before}");
        }

        StoreSource[] files = [.. tables.SelectMany(table => table.Files(cancellation)).Distinct()];
        return writer.Finish(new StoreProvenance(kind, files, ImportSettings.Of(options, selections, leftOut, unread)));
    }

    /// <summary>
    /// Decoding and resizing take the time, so rows are made side by side; each has its own place, so the order stays.
    /// </summary>
    private static StoreValue[][] MakeAll(
        StorePlan plan, SourceTable table, (long Index, SourceRow Row)[] rows, CancellationToken cancellation)
    {
        var values = new StoreValue[rows.Length][];
        if (!plan.Columns.Any(maker => maker is ImageMaker or ResizedImageMaker or ArrayImageMaker))
        {
            for (int i = 0; i < rows.Length; i++)
                Make(i);
            return values;
        }

        var errors = new Exception?[rows.Length];
        Parallel.For(0, rows.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            try
            {
                Make(i);
            }
            catch (TessarException e)
            {
                errors[i] = e;
            }
        });
        return errors.FirstOrDefault(error => error is not null) is { } first ? throw first : values;

        void Make(int i) => values[i] = [.. plan.Columns.Select(maker => maker.Make(table, rows[i].Row, rows[i].Index))];
    }

    /// <summary>A layout that a store refuses is the source's fault, unless the caller named its classes or splits.</summary>
    private static ExampleStoreWriter Create(string path, string source, ImportOptions options, StoreLayout layout)
    {
        bool isOwnFault = options.Classes is not null || options.Split is not null || options.Splits.Count > 0
            || !StoreRules.IsPageSize(layout.PageSize);
        return isOwnFault || StoreRules.Violation(layout.Columns, layout.Splits, layout.Classes) is not { } violation
            ? ExampleStoreWriter.Create(path, layout)
            : throw SourceFile.Refuse(source, null, "columns, splits and classes that a store can have", violation);
    }

    private static void Append(ExampleStoreWriter writer, StoreValue[] values, ulong? id, SourceRow row)
    {
        try
        {
            writer.Append(values, id);
        }
        catch (ArgumentException e)
        {
            // The writer judges values: numbers that aren't finite, text that isn't UTF-8.
            throw SourceFile.Refuse(
                row.Path, row.Offset, $"values in {row.Name} that a store can hold",
                e.Message.Split(" (Parameter", StringSplitOptions.None)[0].TrimEnd('.'), e);
        }
    }

    /// <summary>Ids of eight bytes are taken bit by bit, so that those from 2^63 on survive a table of signed numbers.</summary>
    private static ulong IdOf(SourceTable table, SourceRow row, long at, int column)
    {
        ReadOnlySpan<byte> bytes = row.Cells[column].Bytes.Span;
        if (table.Columns[column].Type == ElementType.I64)
            return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        double value = Numbers.ReadDouble(table.Columns[column].Type, bytes);
        return value >= 0 ? (ulong)value : throw SourceFile.Refuse(
            row.Path, table.PlaceOf(row, at, column).Offset, "ids that aren't negative",
            $"{value.ToString(CultureInfo.InvariantCulture)} in {row.Name}");
    }
}
