using Tessar.Web.Hosting;

namespace Tessar.Web.Tests.Hosting;

public sealed class BlockingWorkTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Those_who_wait_for_one_address_share_an_answer_and_what_has_begun_is_not_shared()
    {
        using var work = new BlockingWork(threads: 1, mostWaiting: 10);
        using var gate = new SemaphoreSlim(0);
        using var began = new SemaphoreSlim(0);
        int reads = 0;
        object Read()
        {
            int number = Interlocked.Increment(ref reads);
            began.Release();
            gate.Wait(Test);
            return number;
        }

        Task<object> first = work.RunAsync("/a", Read, Test);
        await began.WaitAsync(Test);
        Task<object>[] later = [.. Enumerable.Range(0, 5).Select(_ => work.RunAsync("/a", Read, Test))];
        Task<object> other = work.RunAsync("/b", Read, Test);
        gate.Release(3);

        Assert.Equal(1, await first);
        Assert.All(await Task.WhenAll(later), answer => Assert.Equal(2, answer));
        Assert.Equal(3, await other);
    }

    [Fact]
    public async Task Work_without_an_address_is_never_shared()
    {
        using var work = new BlockingWork(threads: 1, mostWaiting: 10);
        int done = 0;

        await Task.WhenAll(Enumerable.Range(0, 4)
            .Select(_ => work.RunAsync<object>(address: null, () => Interlocked.Increment(ref done), Test)));

        Assert.Equal(4, done);
    }

    [Fact]
    public async Task More_than_the_queue_holds_is_refused_by_name_and_what_waits_is_done()
    {
        using var work = new BlockingWork(threads: 1, mostWaiting: 3);
        using var gate = new SemaphoreSlim(0);
        using var began = new SemaphoreSlim(0);
        Task<string> busy = work.RunAsync("/busy", () =>
        {
            began.Release();
            gate.Wait(Test);
            return "done";
        }, Test);
        await began.WaitAsync(Test);
        Task<string>[] waiting = [.. Enumerable.Range(0, 3).Select(i => work.RunAsync($"/{i}", () => "done", Test))];

        ProblemException refused = await Assert.ThrowsAsync<ProblemException>(() => work.RunAsync("/3", () => "done", Test));
        gate.Release();

        Assert.Equal((503, "server-busy"), (refused.Problem.Status, refused.Problem.Code));
        Assert.All(await Task.WhenAll([busy, .. waiting]), answer => Assert.Equal("done", answer));
    }

    [Fact]
    public async Task Work_that_nobody_waits_for_any_more_is_not_begun()
    {
        using var work = new BlockingWork(threads: 1, mostWaiting: 10);
        using var gate = new SemaphoreSlim(0);
        using var began = new SemaphoreSlim(0);
        using var leave = new CancellationTokenSource();
        bool isBegun = false;
        Task<string> busy = work.RunAsync("/busy", () =>
        {
            began.Release();
            gate.Wait(Test);
            return "done";
        }, Test);
        await began.WaitAsync(Test);

        Task<string> abandoned = work.RunAsync("/a", () => (isBegun = true).ToString(), leave.Token);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned);
        gate.Release();
        await busy;
        await work.RunAsync("/after", () => "done", Test);

        Assert.False(isBegun);
    }

    [Fact]
    public async Task What_the_work_throws_comes_out_where_it_was_asked_for()
    {
        using var work = new BlockingWork(threads: 1, mostWaiting: 10);

        TessarException error = await Assert.ThrowsAsync<TessarException>(() =>
            work.RunAsync<object>("/a", () => throw new TessarException("No. Try again."), Test));

        Assert.Equal("No. Try again.", error.Message);
    }
}
