using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tessar.Examples;
using Tessar.Runs;
using Tessar.Web.Documents;
using Tessar.Web.Hosting;

namespace Tessar.Web.Recorded;

/// <summary>The examples of a run with its labels, addressed by split and index.</summary>
internal sealed class RunExamples : IDisposable
{
    private readonly Run _run;
    private readonly LabelOverlay? _labels;

    private RunExamples(Run run, ExampleStore store, LabelOverlay? labels) => (_run, Store, _labels) = (run, store, labels);

    public ExampleStore Store { get; }

    /// <param name="run">The run.</param>
    /// <param name="withLabels">False when only images are wanted.</param>
    /// <exception cref="TessarException">The data are missing, changed or damaged.</exception>
    public static RunExamples Open(Run run, bool withLabels = true)
    {
        ExampleStore store = run.OpenExamples();
        try
        {
            return new RunExamples(run, store, withLabels ? run.OpenLabels(store) : null);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <exception cref="ProblemException">The data have no such split or example.</exception>
    public ExampleSet One(string split, int index)
    {
        if (Store.Splits.FirstOrDefault(candidate => candidate.Name == split) is not { } found)
        {
            throw new ProblemException(new Problem(
                StatusCodes.Status404NotFound, "split-unknown", $"The data have no split named “{split}”.",
                $"{Store.Path} has {string.Join(", ", Store.Splits.Select(s => s.Name))}.{NearestName.Hint(split, Store.Splits.Select(s => s.Name))}",
                "Use one of these in the address."));
        }

        if (index >= found.Count)
        {
            throw new ProblemException(new Problem(
                StatusCodes.Status404NotFound, "example-missing",
                $"The split {split} has no example {index.ToString(CultureInfo.InvariantCulture)}.",
                $"It has the examples 0 to {(found.Count - 1).ToString(CultureInfo.InvariantCulture)}.",
                "Use one of these in the address."));
        }

        return new ExampleSet(Store, split, index, 1, _labels);
    }

    /// <summary>A range of them with the labels the run uses.</summary>
    /// <exception cref="ProblemException">The data have no such split or examples.</exception>
    public ExampleSet Set(ExampleRange range)
    {
        One(range.Split, range.Last);
        return new ExampleSet(Store, range.Split, range.First, range.Count, _labels);
    }

    /// <summary>The label the run uses.</summary>
    public int Label(string split, int index) => One(split, index).Label(0);

    public ImageReference Image(string split, int index)
    {
        // The store's identity makes the address change with the data, so that a browser may keep the image for ever.
        string address = string.Create(
            CultureInfo.InvariantCulture,
            $"/api/runs/{Uri.EscapeDataString(_run.Name)}/image/{Uri.EscapeDataString(split)}/{index}.png?v={Version(Store)}");
        return new ImageReference(address, Store.Image.Width, Store.Image.Height);
    }

    /// <summary>The part of the store's identity that image addresses carry.</summary>
    public static string Version(ExampleStore store) => store.Identity[..16];

    public void Dispose() => Store.Dispose();
}
