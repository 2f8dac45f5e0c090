# Every path is relative to this folder, and every tool is started by python itself and not by a script of .venv/bin, which
# holds the full path. So the folder's name may have a space, and the folder may be moved.

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
IN = .venv/bin/python

# .venv/lab.installed says that the extra lab of pyproject.toml is installed, and so on
# a stamp made in another folder is worth nothing: the package would be imported from there
$(shell for stamp in .venv/*.installed; do [ "`cat $$stamp 2>/dev/null`" = "`pwd`" ] || rm -f $$stamp; done)

.PHONY: help setup lab test style unit browser format notebooks docs lite bench clean

help:
	@echo 'make lab        open the course in JupyterLab (make lab ARGS="--port 9999" passes options on)'
	@echo 'make test       run every check and every test'
	@echo 'make style      check the code with ruff, and which file imports which with import-linter'
	@echo 'make unit       run the tests that need no browser (make unit ARGS="-k panel")'
	@echo 'make browser    run those that need one'
	@echo 'make format     let ruff format the code'
	@echo 'make notebooks  run the notebooks and store their outputs (ARGS="notebooks/05_panel.ipynb" for one)'
	@echo 'make docs       build the pages to read, in site/html'
	@echo 'make lite       build the course as a site that runs in the browser alone, in site/html/lite'
	@echo 'make bench      measure'
	@echo 'make clean      remove what these commands made'

setup: .venv/test.installed

.venv/%.installed: pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo 'kmeans_teach needs Python 3.11 or newer. Install one, or name it: make PYTHON=/path/to/python3.12' >&2; exit 1; }
	@$(IN) -m pip --version >/dev/null 2>&1 || \
		{ echo 'Setting up .venv takes some minutes: once, and again when pyproject.toml changes.'; "$(PYTHON)" -m venv --clear .venv; }
	@$(IN) -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@pwd > $@

lab: .venv/lab.installed
	@$(IN) -m kmeans_teach lab $(ARGS)

# --nbval runs the notebooks, too; four files at a time, of which three drive a browser at first, so one thread for each
# the tests start a hundred Pythons: bytecode is kept, also where the environment says otherwise
PYTEST = PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
	PYTEST_ADDOPTS="-p tests.fast_start -p no:anyio $$PYTEST_ADDOPTS" $(IN) -m pytest --nbval

test: style
	$(PYTEST) -n 4 $(ARGS)

style: setup
	$(IN) -m ruff check .
	$(IN) -m ruff format --check .
	$(IN) -c 'from importlinter.cli import lint_imports_command as main; main()' --no-cache

unit: setup
	$(PYTEST) -m 'not browser' -n 2 $(ARGS)

browser: setup
	$(PYTEST) -m browser $(or $(ARGS),tests/browser)

format: setup
	$(IN) -m ruff check --fix .
	$(IN) -m ruff format .

notebooks: setup
	$(IN) tools/execute.py $(ARGS)
	$(IN) tools/colab.py

docs: .venv/docs.installed
	$(IN) tools/pages.py

lite: .venv/lite.installed
	$(IN) tools/lite.py $(ARGS)

bench: setup
	PYTHONDONTWRITEBYTECODE= $(IN) -m benchmarks $(ARGS)

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis test-results build dist site
	find . -name __pycache__ -prune -exec rm -rf {} +
