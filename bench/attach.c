/* Attaches each program of a BPF object whose tracepoint this kernel has, says so, and holds them until it is
 * killed. */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct bpf_object *object = argc > 1 ? bpf_object__open(argv[1]) : NULL;
	struct btf *kernel = btf__load_vmlinux_btf();
	struct bpf_program *program;
	char type[128];

	if (!object || !kernel)
		return 1;
	bpf_object__for_each_program(program, object)
	{
		snprintf(type, sizeof(type), "btf_trace_%s", bpf_program__name(program));
		bpf_program__set_autoload(program,
					  btf__find_by_name_kind(kernel, type, BTF_KIND_TYPEDEF) > 0);
	}
	if (bpf_object__load(object))
		return 1;
	bpf_object__for_each_program(program, object) if (bpf_program__autoload(program) &&
							  !bpf_program__attach(program)) return 1;
	puts("attached");
	fflush(stdout);
	pause();
	return 0;
}
