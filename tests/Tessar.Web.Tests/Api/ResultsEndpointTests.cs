using System.Net;
using System.Text.Json;
using Tessar.Tensors;
using Tessar.Web.Recorded;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Api;

/// <summary>Results by their envelopes, whatever lens they are of.</summary>
public sealed class ResultsEndpointTests
{
    private const string Address = "/api/runs/demo/results";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_holds_every_result_newest_first_with_method_options_checks_seconds_and_staleness()
    {
        await using Workbench workbench = await StartAsync();

        JsonElement[] rows = [.. (await workbench.GetAsync(Address)).GetProperty("results").EnumerateArray()];

        Assert.Equal(
            ["toy/mean-shade done", "toy/mean-shade stale", "data/trak done"],
            rows.Select(row => $"{row.GetProperty("method").GetString()} {row.GetProperty("state").GetString()}"));
        Assert.Equal(
            ("train:0-2999", 0.31, "it was computed for other data than the run records."),
            (rows[0].GetProperty("train").GetString(), rows[0].GetProperty("seconds").GetDouble(),
                rows[1].GetProperty("reason").GetString()));
        Assert.Equal(
            ["ceiling none", "only none", "classes 3", "prefix class "],
            rows[0].GetProperty("options").EnumerateArray()
                .Select(option => $"{option.GetProperty("name").GetString()} {option.GetProperty("value").GetString()}"));
        JsonElement check = Assert.Single(rows[0].GetProperty("checks").EnumerateArray());
        Assert.True(check.GetProperty("holds").GetBoolean());
        Assert.Equal("A toy says little.", rows[0].GetProperty("remarks")[0].GetString());

        JsonElement[] toys = [.. (await workbench.GetAsync(Address + "?lens=toy")).GetProperty("results").EnumerateArray()];
        Assert.Equal(2, toys.Length);
        Assert.Empty((await workbench.GetAsync(Address + "?lens=landscape")).GetProperty("results").EnumerateArray());
    }

    [Fact]
    public async Task One_result_tells_its_answer_and_what_its_arrays_hold_and_gives_both_files()
    {
        await using Workbench workbench = await StartAsync();
        string key = await NewestAsync(workbench);

        JsonElement detail = await workbench.GetAsync($"{Address}/{key}");

        Assert.Equal("class Sandal", detail.GetProperty("answer").GetProperty("darkest")[0].GetString());
        Assert.Equal("7", detail.GetProperty("seed").GetString());
        JsonElement array = Assert.Single(detail.GetProperty("arrays").EnumerateArray());
        Assert.Equal(
            ("shades", "F64", 10, 40.0, 72.625, 105.25, 0),
            (array.GetProperty("name").GetString(), array.GetProperty("type").GetString(), array.GetProperty("shape")[0]
                .GetInt32(),
                array.GetProperty("least").GetDouble(), array.GetProperty("mean").GetDouble(),
                array.GetProperty("greatest").GetDouble(), array.GetProperty("nonFinite").GetInt32()));
        foreach ((
            string address, string name) in new[] { ("documentAddress", "result.json"), ("arraysAddress", "arrays.safetensors") })
        {
            using HttpResponseMessage answer = await workbench.Client.GetAsync(
                new Uri(detail.GetProperty(address).GetString()!, UriKind.Relative), Test);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
            Assert.Equal(
                await File.ReadAllBytesAsync(Path.Combine(workbench.PathOf("demo"), "results/toy/mean-shade", key, name), Test),
                await answer.Content.ReadAsByteArrayAsync(Test));
        }
    }

    [Fact]
    public async Task Damaged_result_is_a_row_that_says_so_and_damaged_arrays_are_not_given_away()
    {
        await using Workbench workbench = await StartAsync();
        string key = await NewestAsync(workbench);
        string folder = Path.Combine(workbench.PathOf("demo"), "results/toy/mean-shade", key);
        byte[] bytes = await File.ReadAllBytesAsync(Path.Combine(folder, "arrays.safetensors"), Test);
        bytes[^3] ^= 4;
        await File.WriteAllBytesAsync(Path.Combine(folder, "arrays.safetensors"), bytes, Test);

        JsonElement detail = await workbench.GetAsync($"{Address}/{key}");
        Assert.Equal("file-damaged", detail.GetProperty("arraysProblem").GetProperty("code").GetString());
        await workbench.GetProblemAsync($"{Address}/{key}/arrays", HttpStatusCode.UnprocessableEntity, "file-damaged");

        await File.WriteAllTextAsync(Path.Combine(folder, "result.json"), "{\"schema\":2", Test);
        JsonElement row = (await workbench.GetAsync(Address + "?lens=toy")).GetProperty("results").EnumerateArray()
            .Single(one => one.GetProperty("key").GetString() == key);
        Assert.Equal("unreadable", row.GetProperty("state").GetString());
        Assert.NotEmpty(row.GetProperty("reason").GetString()!);
        await workbench.GetProblemAsync($"{Address}/{key}", HttpStatusCode.UnprocessableEntity, "file-damaged");
    }

    [Theory]
    [InlineData("/0123456789abcdef", "result-missing")]
    [InlineData("/..%2F..%2F..", "result-missing")]
    [InlineData("/test-0-199", "result-missing")]
    [InlineData("/KEY/phi.bin", "result-file-missing")]
    [InlineData("/KEY/..%2Fresult.json", "result-file-missing")]
    public async Task What_is_no_result_is_not_found(string path, string code)
    {
        await using Workbench workbench = await StartAsync();

        await workbench.GetProblemAsync(
            Address + path.Replace("KEY", await NewestAsync(workbench), StringComparison.Ordinal), HttpStatusCode.NotFound, code);
    }

    [Fact]
    public void Arrays_of_every_type_are_summed_up_and_what_is_not_finite_is_counted()
    {
        string path = Path.Combine(Path.GetTempPath(), $"tessar-{Guid.NewGuid():N}.safetensors");
        var writer = new SafetensorsWriter();
        writer.Add("a", new[] { 1f, float.NaN, -3f, float.PositiveInfinity }, 4);
        writer.Add("b", new[] { double.NaN }, 1);
        writer.Add("c", new[] { (Half)0.5, (Half)1.5 }, 2);
        writer.Add("d", new[] { long.MinValue, 0 }, 2);
        writer.Add("e", new[] { -7, 9 }, 2);
        writer.Add("f", new byte[] { 200, 0 }, 2);
        writer.Add("g", ElementType.BF16, [1], stream => stream.Write([0x80, 0xBF]));
        writer.Add("h", ElementType.I8, [1], stream => stream.WriteByte(0xFF));
        writer.Add("i", ElementType.I16, [1], stream => stream.Write([0xFE, 0xFF]));
        writer.Add("j", Array.Empty<float>(), 0, 3);
        writer.Save(path);
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            Assert.Equal(
                [
                    ("a", -3.0, -1.0, 1.0, 2L), ("b", null, null, null, 1L), ("c", 0.5, 1.0, 1.5, 0L),
                    ("d", (double)long.MinValue, long.MinValue / 2.0, 0.0, 0L), ("e", -7.0, 1.0, 9.0, 0L),
                    ("f", 0.0, 100.0, 200.0, 0L), ("g", -1.0, -1.0, -1.0, 0L), ("h", -1.0, -1.0, -1.0, 0L),
                    ("i", -2.0, -2.0, -2.0, 0L), ("j", null, null, null, 0L),
                ],
                ArraySummary.Of(file).OrderBy(array => array.Name, StringComparer.Ordinal)
                    .Select(array => (array.Name, array.Least, array.Mean, array.Greatest, array.NonFinite!.Value)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<Workbench> StartAsync()
    {
        Workbench workbench = await Workbench.StartAsync(new RunRecipe());
        ToyResults.Write(workbench.Open("demo"));
        return workbench;
    }

    private static async Task<string> NewestAsync(Workbench workbench) =>
        (await workbench.GetAsync(Address)).GetProperty("results")[0].GetProperty("key").GetString()!;
}
